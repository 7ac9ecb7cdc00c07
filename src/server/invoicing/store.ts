import type { Invoice } from "../../core/invoicing/invoice.ts";
import { nanosToSql } from "../../core/money/nanos.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { Coverage } from "./coverage.ts";
import type { InvoiceDocument } from "./invoice-document.ts";
import type { StoredLogo } from "./letterhead.ts";
import { storedLines } from "./stored-line.ts";

/**
 * Takes the next `count` numbers of a series and answers the first. The series is locked until `tx` ends, so a number
 * that is taken is used or taken back, and there are no gaps.
 */
export async function takeNumbers(tx: Tx, tenantId: string, series: string, count: number): Promise<bigint> {
  const { rows } = await tx.query<{ last_number: string }>(
    `insert into invoice_series as s (tenant_id, name, last_number) values ($1, $2, $3)
     on conflict (tenant_id, name) do update set last_number = s.last_number + excluded.last_number
     returning last_number`,
    [tenantId, series, count],
  );
  return BigInt(rows[0]?.last_number ?? 0) - BigInt(count) + 1n;
}

/** Keeps a logo, once. */
export async function saveLogo(tx: Tx, tenantId: string, { sha256, format, base64 }: StoredLogo): Promise<void> {
  await tx.query(
    "insert into invoice_logos (tenant_id, sha256, format, base64) values ($1, $2, $3, $4) on conflict do nothing",
    [tenantId, sha256, format, base64],
  );
}

/** An invoice with its number, its place in the ledger and its paper. */
export interface NumberedInvoice {
  readonly id: string;
  readonly number: string;
  readonly series: string;
  /** Who sells; null: the operator. */
  readonly sellerAccountId: string | null;
  /** The seller's logo; null: none. */
  readonly logoSha256: string | null;
  readonly invoice: Invoice;
  readonly coverage: Coverage;
  /** The last journal of the book when the charges were read. */
  readonly coversJournalNumber: bigint;
  readonly journalNumber: bigint | null;
  readonly document: InvoiceDocument;
}

/** Stores invoices and their lines; books are locked. */
export async function insertInvoices(tx: Tx, tenantId: string, invoices: readonly NumberedInvoice[]): Promise<void> {
  const column = <Value>(value: (numbered: NumberedInvoice) => Value): Value[] => invoices.map(value);
  const amount = (name: "exactTotal" | "total" | "rounding" | "paid" | "due" | "overrun"): string[] =>
    column(({ invoice }) => nanosToSql(invoice[name]));
  await tx.query(
    `insert into invoices (tenant_id, seller_account_id, logo_sha256, book_id, id, account_id, series, number, kind,
       period_start_date, period_end_date, period_end_at, covers_journal_number, after_end_at, after_journal_number,
       issue_date, due_date, currency, exact_total, total, rounding, paid, due, overrun, journal_number, document)
     select $1::uuid, * from unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[],
       $9::text[], $10::date[], $11::date[], $12::timestamptz[], $13::bigint[], $14::timestamptz[], $15::bigint[],
       $16::date[], $17::date[], $18::text[], $19::numeric[], $20::numeric[], $21::numeric[], $22::numeric[],
       $23::numeric[], $24::numeric[], $25::bigint[], $26::jsonb[])`,
    [
      tenantId,
      column(({ sellerAccountId }) => sellerAccountId),
      column(({ logoSha256 }) => logoSha256),
      column(({ invoice }) => invoice.bookId),
      column(({ id }) => id),
      column(({ invoice }) => invoice.accountId),
      column(({ series }) => series),
      column(({ number }) => number),
      column(({ invoice }) => invoice.kind),
      column(({ invoice }) => invoice.period.startDate.toString()),
      column(({ invoice }) => invoice.period.endDate.toString()),
      column(({ coverage }) => timestampToSql(coverage.endAt)),
      column(({ coversJournalNumber }) => coversJournalNumber.toString()),
      column(({ coverage }) => timestampToSql(coverage.after.endAt)),
      column(({ coverage }) => coverage.after.journalNumber.toString()),
      column(({ invoice }) => invoice.issueDate.toString()),
      column(({ invoice }) => invoice.dueDate.toString()),
      column(({ invoice }) => invoice.currency),
      amount("exactTotal"),
      amount("total"),
      amount("rounding"),
      amount("paid"),
      amount("due"),
      amount("overrun"),
      column(({ journalNumber }) => journalNumber?.toString() ?? null),
      column(({ document }) => JSON.stringify(document)),
    ],
  );
  await insertLines(tx, tenantId, invoices);
}

async function insertLines(tx: Tx, tenantId: string, invoices: readonly NumberedInvoice[]): Promise<void> {
  const lines = invoices.flatMap(({ id, invoice }) =>
    storedLines(invoice).map((line) => ({ ...line, id, bookId: invoice.bookId })),
  );
  const column = <Name extends keyof (typeof lines)[0]>(name: Name) => lines.map((line) => line[name]);
  await tx.query(
    `insert into invoice_lines (tenant_id, book_id, invoice_id, line, kind, description, period_start_date,
       period_end_date, previous_period, rate, calls, billed_s, connect_fees, covered_s, allowance, preceding_invoice,
       adjustment_id, exact_amount, amount, surcharges, service)
     select $1::uuid, * from unnest($2::uuid[], $3::uuid[], $4::integer[], $5::text[], $6::text[], $7::date[],
       $8::date[], $9::boolean[], $10::numeric[], $11::bigint[], $12::bigint[], $13::numeric[], $14::bigint[],
       $15::text[], $16::text[], $17::text[], $18::numeric[], $19::numeric[], $20::numeric[], $21::text[])`,
    [
      tenantId,
      column("bookId"),
      column("id"),
      column("line"),
      column("kind"),
      column("description"),
      column("periodStartDate"),
      column("periodEndDate"),
      column("previousPeriod"),
      column("rate"),
      column("calls"),
      column("billedS"),
      column("connectFees"),
      column("coveredS"),
      column("allowance"),
      column("precedingInvoice"),
      column("adjustmentId"),
      column("exactAmount"),
      column("amount"),
      column("surcharges"),
      lines.map(({ service = null }) => service),
    ],
  );
}
