import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { AdjustmentItem } from "../../src/core/invoicing/billable-item.ts";
import { type Currency, parseCurrency } from "../../src/core/money/currency.ts";
import { nanosFromSql } from "../../src/core/money/nanos.ts";
import type { InvoiceDocument } from "../../src/server/invoicing/invoice-document.ts";
import { type PrintInput, printInvoice } from "../../src/server/invoicing/print-invoice.ts";
import { createPdfPrinter } from "../../src/server/invoicing/render-pdf.ts";
import { BUYER, FEBRUARY, LETTERHEAD, sampleInvoice, samplePrint, sampleUsage } from "./sample-invoice.ts";

const POPPLER = ["pdftotext", "pdfdetach"].every((tool) => spawnSync(tool, ["-v"]).error === undefined);

const folder = mkdtempSync(join(tmpdir(), "tollwright-pdf-"));
const printer = createPdfPrinter({ threads: 1 });

afterAll(async () => {
  await printer.close();
  rmSync(folder, { recursive: true });
});

const sample = (usage = 12, rest: Partial<PrintInput> = {}): InvoiceDocument =>
  printInvoice(samplePrint(sampleInvoice(sampleUsage(usage)), rest));

/** Prints, and reads the text back as a person would copy it. */
async function textOf(document: InvoiceDocument): Promise<string> {
  const { bytes } = await printer.render(document);
  const path = join(folder, "invoice.pdf");
  writeFileSync(path, bytes);
  const text = execFileSync("pdftotext", ["-layout", path, "-"], { encoding: "utf8" });
  return text.normalize("NFKC").replaceAll("\u200b", ""); // marks where a long word may break are no text
}

test("a one-page invoice is PDF/A-3, and the same invoice gives the same bytes", async () => {
  const [first, second] = await Promise.all([printer.render(sample()), printer.render(sample())]);
  expect(first).toMatchObject({ pages: 1, standard: "a-3b" });
  expect(Buffer.from(first.bytes).subarray(0, 5).toString()).toBe("%PDF-");
  expect(Buffer.from(first.bytes).equals(second.bytes)).toBe(true);
});

test("a character without a glyph costs the archive standard, not the invoice", async () => {
  const printed = await printer.render(sample(1, { buyer: { ...BUYER, name: "\u{13000} Ltd" } })); // a hieroglyph
  expect(printed).toMatchObject({ pages: 1, standard: "1.7" });
});

test("a broken logo is a problem that says so, and the next invoice prints", async () => {
  const base64 = Buffer.from("not an image").toString("base64");
  const broken = sample(1, { letterhead: { ...LETTERHEAD, logo: { format: "png", base64 } } });
  await expect(printer.render(broken)).rejects.toThrow(expect.objectContaining({ code: "invoice-not-printable" }));
  expect(await printer.render(sample())).toMatchObject({ pages: 1 });
});

test("an own logo is printed", async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 10"><rect width="30" height="10"/></svg>';
  const logo = { format: "svg", base64: Buffer.from(svg).toString("base64") } as const;
  const [own, usual] = await Promise.all([
    printer.render(sample(1, { letterhead: { ...LETTERHEAD, logo } })),
    printer.render(sample(1)),
  ]);
  expect(Buffer.from(own.bytes).equals(usual.bytes)).toBe(false);
});

test("a logo reads no files: a picture that it points to is as if it were not there", async () => {
  const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
  writeFileSync(join(folder, "there.png"), Buffer.from(pixel, "base64"));
  const pointingTo = (name: string) => {
    const image = `<image href="${join(folder, name)}" width="9" height="9"/>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">${image}</svg>`;
    return { format: "svg", base64: Buffer.from(svg).toString("base64") } as const;
  };
  const [there, missing] = await Promise.all(
    ["there.png", "missing.png"].map((name) =>
      printer.render(sample(1, { letterhead: { ...LETTERHEAD, logo: pointingTo(name) } })),
    ),
  );
  expect(Buffer.from(there?.bytes ?? []).equals(missing?.bytes ?? new Uint8Array())).toBe(true);
});

test("a closed printer gives up what waits", async () => {
  const other = createPdfPrinter({ threads: 1 });
  const prints = Promise.allSettled(Array.from({ length: 4 }, () => other.render(sample())));
  await other.close();
  expect((await prints).every(({ status }) => status === "rejected")).toBe(true);
});

describe("read back", () => {
  beforeEach((context) => {
    if (!POPPLER) context.skip("pdftotext and pdfdetach are missing: apt-get install poppler-utils");
  });

  test("it says who, what and how much", async () => {
    const text = await textOf(sample());
    for (const words of ["INV-2026-00042", "Alpenfunk Telekom GmbH", "Brandt & Söhne Logistik KG", "15 April 2026"])
      expect(text).toContain(words);
    expect(text).toMatch(/Albania Mobile AMC +0\.3325 +833 +826\.20 +274\.71/);
    expect(text).toMatch(/Exact sum +EUR 3,528\.53212/);
    expect(text).toMatch(/Rounding +EUR -0\.00212/);
    expect(text).toMatch(/Total +EUR 3,528\.53/);
    expect(text).toMatch(/IBAN +AT00 0000/);
  });

  test("220 destinations run over pages that repeat the headings and are counted", async () => {
    const document = sample(220);
    const { pages } = await printer.render(document);
    const text = await textOf(document);
    const tablePages = text.split("\f").filter((page) => page.includes("Minutes")).length;
    expect(pages).toBeGreaterThan(4);
    expect(tablePages).toBeGreaterThanOrEqual(pages - 1); // the last page may hold the totals alone
    for (let page = 1; page <= pages; page++) expect(text).toContain(`Page ${page} of ${pages}`);
    for (const { description, amount } of document.sections[0]?.rows ?? [])
      expect(text).toMatch(new RegExp(`${RegExp.escape(description)} .* ${RegExp.escape(amount)}\\n`));
  });

  test("late calls and adjustments have sections of their own", async () => {
    const goodwill: AdjustmentItem = {
      kind: "adjustment",
      adjustmentId: "a",
      description: "Goodwill",
      exactAmount: nanosFromSql("-25"),
    };
    const invoice = sampleInvoice([...sampleUsage(2), ...sampleUsage(1, FEBRUARY), goodwill]);
    const text = await textOf(printInvoice(samplePrint(invoice)));
    expect(text).toMatch(
      /Previous periods[\s\S]*Afghanistan \(1 – 28 February 2026\)[\s\S]*Adjustments[\s\S]*Goodwill +-25\.00/,
    );
  });

  test("a prepaid statement in yen shows what the wallet paid", async () => {
    const currency = parseCurrency("JPY") as Currency;
    const payment = { kind: "prepaid", overrun: nanosFromSql("123.4") } as const;
    const invoice = sampleInvoice(sampleUsage(8), { currency, payment });
    const text = await textOf(printInvoice(samplePrint(invoice, { letterhead: { ...LETTERHEAD, locale: "fr-FR" } })));
    expect(text).toContain("Relevé de consommation");
    expect(text).toMatch(/Réglé par le solde +-2 390 JPY/);
    expect(text).toMatch(/Montant à payer +123 JPY/);
  });

  test("names print as they are: nothing in them is Typst", async () => {
    const name = `#panic("x") $x^2$ \\ "q" 'q' *b* _i_ <l> @r // c /* d */ #{1+1} #read("/etc/passwd") [e] = f`;
    const text = await textOf(sample(1, { buyer: { name, lines: [name], facts: [{ label: name, value: name }] } }));
    expect(text.replace(/\s+/g, " ")).toContain('#panic("x") $x^2$ \\ "q" \'q\' *b* _i_ <l> @r // c');
    expect(text).not.toContain("root:");
  });

  test.each<[string, string, string]>([
    // name                 what is looked for  why
    ["東京電話 株式会社", "東京電話", "Japanese"],
    ["Ростелеком Ελλάδα", "Ростелеком Ελλάδα", "Cyrillic and Greek"],
    ["दूरसंचार", "दूर", "Devanagari"],
    ["โทรคมนาคม", "โทรคมนาคม", "Thai"],
    ["בזק", "בזק", "Hebrew, from right to left"],
    ["تاريخ الاتصالات", "تاريخ", "Arabic, joined and from right to left"],
  ])("%s is there (last column: why)", async (name, found) => {
    const document = sample(1, { buyer: { name, lines: [], facts: [] } });
    expect((await printer.render(document)).standard).toBe("a-3b");
    const unspaced = (await textOf(document)).replace(/\s/g, ""); // joined letters are read back with gaps
    expect(unspaced).toContain(found.replace(/\s/g, ""));
  });

  test("an Arabic invoice uses Arabic wording and figures", async () => {
    const text = await textOf(sample(3, { letterhead: { ...LETTERHEAD, locale: "ar-EG" } }));
    for (const words of ["فاتورة", "الدقائق", "١٬١٥٣٫٣٨"]) expect(text).toContain(words);
  });

  test("an attached file comes out as it went in", async () => {
    const xml = '<?xml version="1.0"?><invoice>€</invoice>';
    const attachment = {
      name: "invoice.xml",
      mimeType: "application/xml",
      description: "The invoice as data",
      relationship: "alternative",
      base64: Buffer.from(xml).toString("base64"),
    } as const;
    const { bytes, standard } = await printer.render(sample(1, { attachments: [attachment] }));
    const path = join(folder, "attached.pdf");
    writeFileSync(path, bytes);
    execFileSync("pdfdetach", ["-save", "1", "-o", join(folder, "out.xml"), path]);
    expect(standard).toBe("a-3b");
    expect(readFileSync(join(folder, "out.xml"), "utf8")).toBe(xml);
  });
});
