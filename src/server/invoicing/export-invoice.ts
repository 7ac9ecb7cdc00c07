import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { ArchivedRows } from "../archive/archived-rows.ts";
import { deletedBetween } from "../archive/is-archived.ts";
import { callsDeleted } from "../archive/problems.ts";
import { stageBook } from "../archive/stage-book.ts";
import type { Database } from "../db/database.ts";
import { steadySnapshot } from "../db/steady-snapshot.ts";
import type { BulkTx } from "../db/tx.ts";
import { replaceFile } from "../files/replace-file.ts";
import { textField } from "../files/text-field.ts";
import { coveredTime, findInvoice, type InvoiceName, loadDocument, loadLines } from "./invoice-store.ts";
import { itemisedCalls } from "./itemised-calls.ts";
import { itemisedCsv } from "./itemised-csv.ts";
import type { PdfPrinter } from "./render-pdf.ts";
import type { StoredInvoice } from "./stored-invoice.ts";
import type { StoredLine } from "./stored-line.ts";

/** `lines`: the invoice's rows as CSV. `calls`: the calls behind them as CSV. */
export const EXPORT_FORMATS = ["pdf", "json", "lines", "calls"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_SUFFIX: Readonly<Record<ExportFormat, string>> = {
  pdf: ".pdf",
  json: ".json",
  lines: ".lines.csv",
  calls: ".calls.csv",
};

/** An invoice with its lines, for people and for JSON. */
export interface InvoiceWithLines extends StoredInvoice {
  readonly lines: readonly StoredLine[];
}

/** @throws Problem `invoice-unknown`, `invoice-ambiguous`. */
export async function showInvoice(
  db: Database,
  tenantId: string,
  number: string,
  sellerCode?: string,
): Promise<InvoiceWithLines> {
  return await db.transaction("app", { tenantId }, async (tx) => {
    const invoice = await findInvoice(tx, tenantId, { number, sellerCode });
    return { ...invoice, lines: await loadLines(tx, invoice) };
  });
}

export interface InvoiceExport extends InvoiceName {
  readonly tenantId: string;
  readonly format: ExportFormat;
  /** The file to write; one that is there is replaced once the new one is complete. */
  readonly path: string;
  /** Prints PDFs; needed for no other format. */
  readonly printer: PdfPrinter;
  /** Where calls of archived months are read; needed for calls only. */
  readonly archive: ArchivedRows;
}

/**
 * Writes one invoice to a file. The same invoice gives the same bytes, however often and whenever it is exported.
 *
 * @throws Problem `invoice-unknown`, `invoice-ambiguous`, `invoice-not-printable`, `export-not-written`.
 */
export async function exportInvoice(db: Database, wanted: InvoiceExport): Promise<void> {
  const invoice = await showInvoice(db, wanted.tenantId, wanted.number, wanted.sellerCode);
  await replaceFile(wanted.path, (path) => writers[wanted.format](db, invoice, path, wanted));
}

/** The same bytes in memory: an invoice on paper, or its lines. Errors: Problems `invoice-unknown`, `invoice-not-printable`. */
export async function invoiceFile(
  db: Database,
  {
    tenantId,
    number,
    sellerCode,
    format,
  }: InvoiceName & { readonly tenantId: string; readonly format: "pdf" | "lines" },
  printer: PdfPrinter,
): Promise<Uint8Array> {
  const invoice = await showInvoice(db, tenantId, number, sellerCode);
  if (format === "lines") return Buffer.from(linesCsv(invoice));
  const document = await db.transaction("app", { tenantId }, (tx) => loadDocument(tx, invoice));
  return (await printer.render(document)).bytes;
}

/** A list of calls that lacks some would be taken for the whole. */
async function requireKept(
  tx: BulkTx,
  { tenantId, number }: InvoiceExport,
  time: { readonly from: EpochMs; readonly until: EpochMs },
): Promise<void> {
  const months = await deletedBetween(tx, tenantId, time);
  if (months.length > 0) throw callsDeleted({ number, months });
}

const writers: Readonly<
  Record<ExportFormat, (db: Database, invoice: InvoiceWithLines, path: string, wanted: InvoiceExport) => Promise<void>>
> = {
  async pdf(db, invoice, path, { tenantId, printer }) {
    const document = await db.transaction("app", { tenantId }, (tx) => loadDocument(tx, invoice));
    await writeFile(path, (await printer.render(document)).bytes);
  },
  json: (_db, invoice, path) => writeFile(path, `${JSON.stringify(invoice, null, 2)}\n`),
  lines: (_db, invoice, path) => writeFile(path, linesCsv(invoice)),
  calls: (db, invoice, path, wanted) =>
    db.bulk("ingest", {}, async (tx) => {
      await steadySnapshot(tx, "read write"); // for what is staged from the archive
      const { timeZone } = invoice;
      const hasUnits = invoice.lines.some(({ service }) => service !== undefined);
      const time = await coveredTime(tx, invoice);
      await requireKept(tx, wanted, time);
      const tables = await stageBook(tx, wanted.archive, {
        tenantId: wanted.tenantId,
        bookId: invoice.bookId,
        ...time,
      });
      await pipeline(
        itemisedCsv(itemisedCalls(tx, invoice, tables), { timeZone, byteOrderMark: false, hasUnits }),
        createWriteStream(path),
      );
    }),
};

const LINE_COLUMNS = [
  "invoice",
  "line",
  "kind",
  "description",
  "period_start_date",
  "period_end_date",
  "rate_per_minute",
  "calls",
  "billed_s",
  "connect_fees",
  "exact_amount",
  "amount",
  "currency",
  "covered_s",
  "allowance",
  "preceding_invoice",
  "surcharges",
] as const;

/** Where there is anything but calls, in the place of what calls have a column for. */
const UNIT_COLUMNS = ["service", "quantity", "rate", "covered"] as const;

/** One row a line (RFC 4180), with headings. */
function linesCsv({ lines, currency, number }: InvoiceWithLines): string {
  const hasUnits = lines.some(({ service }) => service !== undefined);
  const ofCalls = <Value>({ service }: StoredLine, value: Value) => (service === undefined ? value : null);
  const rows = lines.map((line) => [
    textField(number),
    line.line,
    line.kind,
    textField(line.description),
    line.periodStartDate,
    line.periodEndDate,
    ofCalls(line, line.rate),
    line.calls,
    ofCalls(line, line.billedS),
    line.connectFees,
    line.exactAmount,
    line.amount,
    currency,
    ofCalls(line, line.coveredS),
    textField(line.allowance ?? ""),
    textField(line.precedingInvoice ?? ""),
    line.surcharges,
    ...(hasUnits ? unitFields(line) : []),
  ]);
  return [hasUnits ? [...LINE_COLUMNS, ...UNIT_COLUMNS] : LINE_COLUMNS, ...rows]
    .map((fields) => `${fields.join(",")}\r\n`)
    .join("");
}

const unitFields = ({ kind, service, billedS, rate, coveredS }: StoredLine) =>
  service === undefined ? [kind === "usage" ? "voice" : "", null, null, null] : [service, billedS, rate, coveredS];
