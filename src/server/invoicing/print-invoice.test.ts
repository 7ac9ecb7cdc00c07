import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  FEBRUARY,
  LETTERHEAD,
  sampleInvoice,
  samplePrint,
  sampleUsage,
} from "../../../test/invoicing/sample-invoice.ts";
import { nanosFromSql } from "../../core/money/nanos.ts";
import type { InvoiceDocument } from "./invoice-document.ts";
import { printInvoice } from "./print-invoice.ts";

const labels = ({ totals }: InvoiceDocument) => totals.map(({ label }) => label);
const [austria] = sampleUsage(1);

describe("a printed invoice", () => {
  test("shows what rounding did, and only when it did something", () => {
    const rounded = printInvoice(samplePrint(sampleInvoice(sampleUsage(3))));
    expect(labels(rounded)).toEqual(["Exact sum", "Rounding", "Total"]);
    const even = sampleInvoice(sampleUsage(1).map((item) => ({ ...item, exactAmount: nanosFromSql("2.5") })));
    expect(labels(printInvoice(samplePrint(even)))).toEqual(["Total"]);
  });

  test("asks for money only when some is due", () => {
    const invoice = printInvoice(samplePrint(sampleInvoice(sampleUsage(3))));
    expect(invoice.payment?.rows.at(-1)).toEqual({ label: "Reference", value: "INV-2026-00042" });
    expect(invoice.facts.map(({ label }) => label)).toContain("Due date");
    const credit = printInvoice(samplePrint(sampleInvoice([], { billed: sampleUsage(3) })));
    expect(credit).toMatchObject({ title: "Credit note", payment: null });
    expect(credit.headline.label).toBe("Credit");
    expect(credit.facts.map(({ label }) => label)).not.toContain("Due date");
    const payment = { kind: "prepaid", overrun: nanosFromSql("0") } as const;
    const statement = printInvoice(samplePrint(sampleInvoice(sampleUsage(3), { payment })));
    expect(statement).toMatchObject({ title: "Usage statement", payment: null });
    expect(labels(statement).slice(-2)).toEqual(["Paid from balance", "Amount due"]);
  });

  test("keeps previous periods apart and names them", () => {
    const { sections } = printInvoice(samplePrint(sampleInvoice([...sampleUsage(1), ...sampleUsage(1, FEBRUARY)])));
    expect(sections).toHaveLength(2);
    expect(sections[1]?.rows[0]?.description.replaceAll("\u2009", " ")).toBe("Afghanistan (1 – 28 February 2026)");
  });

  test("names rates that cannot be one figure", () => {
    const mixed = sampleUsage(1).map((item) => ({ ...item, ratePerMinute: null }));
    const { sections } = printInvoice(samplePrint(sampleInvoice(mixed)));
    expect(sections[0]?.rows[0]?.rate).toBe("varies");
  });

  test("has a column for connect fees only when there are some", () => {
    const [free, paid] = sampleUsage(2);
    const without = printInvoice(samplePrint(sampleInvoice([free!])));
    expect(without.columns).not.toHaveProperty("connectFees");
    expect(without.sections[0]?.rows[0]).not.toHaveProperty("connectFees");
    const connectFees = nanosFromSql("0.024");
    const document = printInvoice(samplePrint(sampleInvoice([free!, { ...paid!, connectFees }])));
    expect(document.columns.connectFees).toBe("Connect fees");
    const { rows = [], subtotal } = document.sections[0] ?? {};
    expect([...rows, subtotal].map((row) => row?.connectFees)).toEqual(["", "0.024", "0.024"]);
  });

  test("says behind a destination what its surcharges come to", () => {
    const [plain, surcharged] = sampleUsage(2);
    const lines = [plain!, { ...surcharged!, surcharges: nanosFromSql("1.25") }];
    const { sections } = printInvoice(samplePrint(sampleInvoice(lines)));
    const named = (sections[0]?.rows ?? []).filter(({ description }) => description.includes("surcharges"));
    expect(named.map(({ description }) => description)).toEqual([
      expect.stringMatching(/ \(with surcharges of EUR\s1\.25\)$/),
    ]);
  });

  test("falls back to English words, not to English figures", () => {
    const document = printInvoice(
      samplePrint(sampleInvoice(sampleUsage(3)), { letterhead: { ...LETTERHEAD, locale: "pl-PL" } }),
    );
    expect(document).toMatchObject({ language: "en", direction: "ltr", title: "Invoice" });
    expect(document.headline.value).toMatch(/,\d\d\sEUR$/);
  });

  test("shows minutes that add up to the minutes shown below them", () => {
    const minutesOf = (text: string) => BigInt(text.replace(/[.,]/g, ""));
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 30 }), (seconds) => {
        const usage = seconds.map((billedS, index) => ({ ...austria!, destination: `D${index}`, billedS }));
        const { sections } = printInvoice(samplePrint(sampleInvoice(usage)));
        const { rows = [], subtotal } = sections[0] ?? {};
        expect(rows.reduce((sum, { minutes }) => sum + minutesOf(minutes), 0n)).toBe(
          minutesOf(subtotal?.minutes ?? ""),
        );
      }),
    );
  });
});
