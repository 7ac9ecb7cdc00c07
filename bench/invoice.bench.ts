import { availableParallelism } from "node:os";
import { type Currency, parseCurrency } from "../src/core/money/currency.ts";
import { parseDecimal } from "../src/core/money/decimal.ts";
import { nanos } from "../src/core/money/nanos.ts";
import { epochMs } from "../src/core/time/epoch.ts";
import type { InvoiceDocument } from "../src/server/invoicing/invoice-document.ts";
import { type ItemisedCall, itemisedCsvRow } from "../src/server/invoicing/itemised-csv.ts";
import { printInvoice } from "../src/server/invoicing/print-invoice.ts";
import { createPdfPrinter } from "../src/server/invoicing/render-pdf.ts";
import { sampleInvoice, samplePrint, sampleUsage } from "../test/invoicing/sample-invoice.ts";
import { bench } from "./bench.ts";

/** An account's month: 10 to 49 destinations, one to two pages. */
const month = (index: number): InvoiceDocument =>
  printInvoice(samplePrint(sampleInvoice(sampleUsage(10 + (index % 40))), { number: `INV-2026-${index}` }));

/**
 * From usage totals to a document ready to print, without database and PDF: difference, rounding, wording. Floor: the
 * 10,000 accounts of a month end in 20 s of its 90 s.
 */
bench("invoice: build and write out", { smoke: 20, full: 2_000, unit: "invoices", floor: 500 }, (n) => {
  let checksum = 0n;
  for (let index = 0; index < n; index++) {
    const { totals, sections } = month(index);
    checksum += BigInt(totals.length + (sections[0]?.rows.length ?? 0));
  }
  return checksum;
});

/** PDF/A-3 on as many threads as there are cores, fonts warm. The checksum is the number of pages. */
bench("invoice: PDF", { smoke: 4, full: 400, unit: "PDFs", floor: 25, goal: 60 }, async (n, meter) => {
  const documents = Array.from({ length: n }, (_, index) => month(index));
  const threads = availableParallelism();
  const printer = createPdfPrinter({ threads });
  await Promise.all(Array.from({ length: threads }, () => printer.render(month(0))));
  meter.start();
  const pdfs = await Promise.all(documents.map(printer.render));
  meter.stop();
  await printer.close();
  if (!pdfs.every(({ standard }) => standard === "a-3b")) throw new Error("a PDF is not fit for an archive");
  const octets = pdfs.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return {
    checksum: BigInt(pdfs.reduce((sum, { pages }) => sum + pages, 0)),
    figures: [{ name: "mean size", value: octets / n / 1024, unit: "KiB" }],
  };
});

/** One row of an itemised bill, times in a zone with summer time. */
bench("invoice: itemised CSV", { smoke: 1_000, full: 1_000_000, unit: "rows", floor: 150_000 }, (n) => {
  const call: ItemisedCall = {
    startedAt: epochMs(0),
    answeredAt: null,
    endedAt: epochMs(0),
    direction: "originating",
    from: "4366012345678",
    to: "390612345",
    destination: "Italy, Rome",
    prefix: "3906",
    talkedS: 67,
    billedS: 72,
    ratePerMinute: parseDecimal("0.0235") ?? null,
    connectFee: parseDecimal("0") ?? null,
    amount: nanos(28_200_000n),
    currency: parseCurrency("EUR") as Currency,
    callId: "a1b2c3@sbc.example",
  };
  let characters = 0;
  for (let index = 0; index < n; index++) {
    const startedAt = epochMs(1_772_323_200_000 + index * 2_678);
    const answeredAt = epochMs(startedAt + 4_000);
    const endedAt = epochMs(answeredAt + 67_000);
    characters += itemisedCsvRow({ ...call, startedAt, answeredAt, endedAt }, "Europe/Vienna").length;
  }
  return BigInt(characters);
});
