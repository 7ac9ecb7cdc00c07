import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Nanos, nanos, nanosFromSql, nanosToSql } from "../core/money/nanos.ts";
import { ArchivedRows } from "../server/archive/archived-rows.ts";
import { makeFolder } from "../server/files/make-folder.ts";
import {
  EXPORT_FORMATS,
  EXPORT_SUFFIX,
  type ExportFormat,
  exportInvoice,
  showInvoice,
} from "../server/invoicing/export-invoice.ts";
import { findInvoices } from "../server/invoicing/find-invoices.ts";
import { recordPayment } from "../server/invoicing/record-payment.ts";
import { createPdfPrinter } from "../server/invoicing/render-pdf.ts";
import type { StoredInvoice } from "../server/invoicing/stored-invoice.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, argumentList, dryRun, flag, option, requiredOption } from "./input.ts";
import { lineTable } from "./invoice-lines.ts";
import { amountText, moneyText } from "./money-text.ts";
import { readAmount, readChoice, readWhole } from "./read-input.ts";
import { type Table, tableOr } from "./table.ts";

const LIMIT = 50;
const LIMIT_MAX = 100_000;

const list = defineCommand({
  name: "list",
  summary: "list invoices, newest first",
  options: {
    account: option("--account CODE", "only of this account"),
    limit: option("--limit N", `at most so many; ${LIMIT} if left out`, readWhole(1, LIMIT_MAX)),
  },
  examples: [{ command: "tollwright invoice list --account bakery", does: "The bakery's invoices." }],
  async run(context, _args, { account, limit }) {
    const { id: tenantId } = await context.tenant();
    const invoices = await findInvoices(await context.db(), { tenantId, accountCode: account, limit: limit ?? LIMIT });
    return {
      json: { invoices: invoices.map(invoiceJson) },
      human: [tableOr(invoicesTable(invoices), "There are no invoices.")],
    };
  },
});

const invoicesTable = (invoices: readonly StoredInvoice[]): Table => ({
  columns: [
    ...["NUMBER", "DATE", "ACCOUNT", "KIND", "PERIOD"].map((title) => ({ title })),
    ...["TOTAL", "DUE"].map((title) => ({ title, align: "right" as const })),
    { title: "" },
  ],
  rows: invoices.map((invoice) => [
    ...[invoice.number, invoice.issueDate, invoice.accountCode, invoice.kind, periodText(invoice)],
    ...[invoice.total, invoice.due].map((amount) => amountText(nanosFromSql(amount), invoice.currency)),
    invoice.currency,
  ]),
});

const NUMBER = "the invoice's number";
const seller = option("--seller CODE", "the reseller whose invoice it is, where several have that number");

const show = defineCommand({
  name: "show",
  summary: "show an invoice with its lines",
  arguments: { number: argument("NUMBER", NUMBER) },
  options: { seller },
  examples: [
    { command: "tollwright invoice show INV-2026-00042", does: "Shows what was billed, and how it was rounded." },
  ],
  async run(context, { number }, { seller: sellerCode }) {
    const { id } = await context.tenant();
    const invoice = await showInvoice(await context.db(), id, number, sellerCode);
    const { kind, accountCode, accountName, currency, lines } = invoice;
    return {
      json: { ...invoiceJson(invoice), lines },
      human: [
        `${number}: ${kind} of ${invoice.issueDate} for ${accountCode} (${accountName}), ${periodText(invoice)}`,
        lineTable(lines, currency),
        ...sumsText(invoice),
      ],
    };
  },
});

const exportCommand = defineCommand({
  name: "export",
  summary: "write invoices to files",
  about:
    "pdf: the invoice on paper. json: everything that is stored of it. lines: its lines as CSV. calls: the calls " +
    "behind it as CSV, as many as there are, in the memory of a few. The files are named after the invoices' numbers.",
  arguments: { numbers: argumentList("NUMBER", "the invoices' numbers") },
  options: {
    format: option(
      "--format FORMAT",
      `one of ${EXPORT_FORMATS.join(", ")}; pdf if left out`,
      readChoice(...EXPORT_FORMATS),
    ),
    out: option("--out FOLDER", "the folder to write to, made if need be; this one if left out"),
    seller,
  },
  examples: [
    { command: "tollwright invoice export INV-2026-00042", does: "Writes INV-2026-00042.pdf." },
    { command: "tollwright invoice export INV-2026-00042 --format calls", does: "Writes INV-2026-00042.calls.csv." },
  ],
  async run(context, { numbers }, { format = "pdf", out = ".", seller: sellerCode }) {
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    await makeFolder(out);
    const bar = context.progress("Exporting", numbers.length);
    const archive = new ArchivedRows(context.config.archiveDir);
    const printer = createPdfPrinter({ threads: Math.min(numbers.length, availableParallelism()) });
    const from = { tenantId, format, printer, archive };
    try {
      const files = numbers.map((number) => ({ number, path: join(out, fileName(number, format)) }));
      let done = 0;
      for (const together of chunks(files, EXPORTS_AT_ONCE)) {
        await Promise.all(together.map((file) => exportInvoice(db, { ...file, sellerCode, ...from })));
        done += together.length;
        bar.update(done);
      }
      bar.stop();
      return { json: { format, files }, human: files.map(({ number, path }) => `${number} written to ${path}.`) };
    } finally {
      await printer.close();
      await archive.close();
    }
  },
});

const payCommand = defineCommand({
  name: "pay",
  summary: "record a payment of an invoice, or a refund",
  about:
    "The reference is the payment's own (a bank's, a card processor's): the same one is never booked twice, so a " +
    "command that may not have ended can be run again. What pays out a credit note is a refund on the credit note.",
  arguments: {
    number: argument("NUMBER", NUMBER),
    amount: argument("AMOUNT", "in the invoice's currency", readAmount),
  },
  options: {
    reference: requiredOption("--reference TEXT", "the payment's reference"),
    refund: flag("--refund", "the money went back"),
    seller,
    dryRun,
  },
  examples: [
    { command: "tollwright invoice pay INV-2026-00042 120.50 --reference BANK-7731", does: "Records a payment." },
  ],
  async run(context, { number, amount }, { reference, refund, seller: sellerCode, dryRun: isDryRun }) {
    const { id: tenantId } = await context.tenant();
    const payment = { number, sellerCode, amount: refund ? nanos(-amount) : amount, reference, now: context.now };
    const actor = commandLineActor(context, tenantId);
    const report = await recordPayment(await context.db(), { ...payment, actor, dryRun: isDryRun });
    const { booked, currency, paid, open } = report;
    const [paidText, openText] = [moneyText(paid, currency), moneyText(open, currency)];
    return {
      json: { number, booked, currency, paid: nanosToSql(paid), open: nanosToSql(open), dryRun: isDryRun },
      human: [
        ...(booked ? [] : [`The payment ${reference} was booked before; nothing was changed.`]),
        `Of invoice ${number} ${isDryRun ? "would be" : "is"} paid ${paidText}, open ${openText}.`,
      ],
    };
  },
});

/** Rounding is shown as the invoice shows it: what is added to the exact sum. */
function sumsText({ exactTotal, rounding, total, paid, due, dueDate, currency }: StoredInvoice): string[] {
  const amounts = { exactTotal, rounding, total, paid, due };
  const of = (name: keyof typeof amounts): Nanos => nanosFromSql(amounts[name]);
  const money = (amount: Nanos) => moneyText(amount, currency);
  return [
    `Exact sum ${money(of("exactTotal"))}, rounding ${money(nanos(-of("rounding")))}, total ${money(of("total"))}.`,
    ...(of("paid") === 0n ? [] : [`Paid from the wallet ${money(of("paid"))}.`]),
    of("due") === 0n ? "Nothing is due." : `Due ${money(of("due"))} until ${dueDate}.`,
  ];
}

/** As many as keep the printer's threads busy while others are read. */
const EXPORTS_AT_ONCE = 8;

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Numbers may hold slashes, as in "2026/42". */
const fileName = (number: string, format: ExportFormat): string =>
  number.replaceAll(/[^\p{L}\p{N}._-]/gu, "-") + EXPORT_SUFFIX[format];

const periodText = ({ periodStartDate, periodEndDate }: StoredInvoice): string =>
  `${periodStartDate} – ${Temporal.PlainDate.from(periodEndDate).subtract({ days: 1 })}`;

function invoiceJson({ id, number, kind, accountCode, accountName, ...rest }: StoredInvoice) {
  const { periodStartDate, periodEndDate, issueDate, dueDate, currency, exactTotal, total, rounding, paid, due } = rest;
  return {
    ...{ id, number, kind, account: accountCode, accountName, periodStartDate, periodEndDate, issueDate, dueDate },
    ...{ currency, exactTotal, total, rounding, paid, due, journalNumber: rest.journalNumber },
  };
}

/** `tollwright invoice …` */
export const invoiceCommands: CommandGroup = {
  name: "invoice",
  summary: "invoices that were made",
  commands: [list, show, exportCommand, payCommand],
};
