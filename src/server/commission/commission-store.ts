import type { CommissionDue } from "../../core/commission/commission-due.ts";
import type { CommissionEntry } from "../../core/commission/commission-entry.ts";
import type { CommissionOf } from "../../core/commission/commission-rule.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { Tx } from "../db/tx.ts";

/** An invoice that an agent may earn on. */
export interface EarningInvoice {
  readonly id: string;
  readonly number: string;
  readonly payerId: string;
  /** From when on the payer is a customer, "2026-03-01" on its clock. */
  readonly customerSince: string;
  readonly total: Nanos;
  /** From the wallet as it was used, and by payments until the end of the month. */
  readonly paid: Nanos;
  /** When its calls were answered; both null: it has none. */
  readonly startAt: EpochMs | null;
  readonly endAt: EpochMs;
  /** Its parts are kept already. */
  readonly isRead: boolean;
}

/**
 * Invoices of payers whose periods end by `until`, in order of their ids: `limit` of them above `afterId`. The book is
 * the payers' and the agent's.
 */
export async function listEarningInvoices(
  tx: Tx,
  wanted: {
    readonly bookId: string;
    readonly payerIds: readonly string[];
    readonly until: Temporal.PlainDate;
    readonly afterId: string;
    readonly limit: number;
  },
): Promise<readonly EarningInvoice[]> {
  const { rows } = await tx.query<{
    id: string;
    number: string;
    account_id: string;
    customer_since: string;
    total: string;
    paid: string;
    start_at: EpochMs | null;
    period_end_at: EpochMs;
    is_read: boolean;
  }>(
    `select i.id, i.number, i.account_id, i.total, i.period_end_at,
       coalesce(a.customer_since, (a.created_at at time zone a.time_zone)::date) as customer_since,
       i.paid + coalesce((select sum(p.amount) from invoice_payments p
         where p.book_id = i.book_id and p.invoice_id = i.id and p.effective_date < $3), 0) as paid,
       least(nullif(i.after_end_at, '-infinity'), (
         select min(first_answered_at) from journals j
         where j.book_id = i.book_id and j.number > i.after_journal_number and j.number <= i.covers_journal_number
       )) as start_at,
       exists (select from commission_invoices c where c.book_id = i.book_id and c.invoice_id = i.id) as is_read
     from invoices i join accounts a on a.id = i.account_id
     where i.book_id = $1 and i.account_id = any($2::uuid[]) and i.period_end_date <= $3 and i.id > $4
     order by i.id limit $5`,
    [wanted.bookId, wanted.payerIds, wanted.until.toString(), wanted.afterId, wanted.limit],
  );
  return rows.map((row) => ({
    ...{ id: row.id, number: row.number, payerId: row.account_id, isRead: row.is_read },
    customerSince: row.customer_since,
    ...{ total: nanosFromSql(row.total), paid: nanosFromSql(row.paid) },
    ...{ startAt: row.start_at, endAt: row.period_end_at },
  }));
}

/**
 * Reads what the calls of an invoice brought its seller and cost it, and keeps that. Both sides are the entries that
 * the invoice covers, so that over all invoices each is there once; the cost stands under the destination at which the
 * payer was charged last.
 */
export async function keepBases(tx: Tx, tenantId: string, bookId: string, invoiceId: string): Promise<void> {
  await tx.query(
    `with covered as materialized (
       select i.*, a.time_zone, least(nullif(i.after_end_at, '-infinity'), (
         select min(first_answered_at) from journals j
         where j.book_id = i.book_id and j.number > i.after_journal_number and j.number <= i.covers_journal_number
       )) as start_at
       from invoices i join accounts a on a.id = i.account_id where i.book_id = $2 and i.id = $3
     ), entry as (
       select c.*, i.account_id as payer_id, i.seller_account_id, (c.answered_at at time zone i.time_zone)::date as day
       from covered i
       join charges c on c.book_id = i.book_id and c.answered_at >= i.start_at and c.answered_at < i.period_end_at
       join journals j on j.book_id = c.book_id and j.batch_id = c.batch_id and j.kind = 'usage'
       where j.number <= i.covers_journal_number
         and (c.answered_at >= i.after_end_at or j.number > i.after_journal_number)
     ), part as (
       select 'revenue' as kind, day, service, prefix, destination, currency, amount from entry
       where account_id = payer_id and side <> 'cost'
       union all
       select 'cost', e.day, sold.service, sold.prefix, sold.destination, e.currency, e.amount
       from entry e
       cross join lateral (
         select s.service, s.prefix, s.destination from charges s
         where s.book_id = e.book_id and s.answered_at = e.answered_at and s.usage_id = e.usage_id
           and s.account_id = e.payer_id and s.side <> 'cost'
         order by s.entry_no desc limit 1
       ) sold
       where case when e.seller_account_id is null then e.side = 'cost'
         else e.account_id = e.seller_account_id and e.side = 'reseller' end
     ), kept as (
       insert into commission_invoices (tenant_id, book_id, invoice_id) values ($1, $2, $3)
     )
     insert into commission_bases
       (tenant_id, book_id, invoice_id, line, kind, day, service, prefix, destination, currency, amount)
     select $1, $2, $3, row_number() over (order by day, kind, service, prefix, destination, currency), kind, day,
       coalesce(service, 'voice'), prefix, destination, currency, sum(amount)
     from part group by kind, day, service, prefix, destination, currency having sum(amount) <> 0`,
    [tenantId, bookId, invoiceId],
  );
}

/** A part of an invoice as it is kept. */
export interface KeptBase {
  readonly invoiceId: string;
  readonly kind: "revenue" | "cost";
  readonly day: string;
  readonly service: Service;
  readonly prefix: string;
  readonly destination: string;
  readonly currency: Currency;
  readonly amount: Nanos;
}

export async function loadBases(tx: Tx, bookId: string, invoiceIds: readonly string[]): Promise<readonly KeptBase[]> {
  const { rows } = await tx.query<Omit<KeptBase, "amount"> & { amount: string }>(
    `select invoice_id as "invoiceId", kind, day, service, prefix, destination, currency, amount from commission_bases
     where book_id = $1 and invoice_id = any($2::uuid[]) order by invoice_id, line`,
    [bookId, invoiceIds],
  );
  return rows.map((row) => ({ ...row, amount: nanosFromSql(row.amount) }));
}

/** What is booked for an agent on an invoice under one rule and percentage. */
export interface BookedOnInvoice extends CommissionDue {
  readonly invoiceId: string;
}

export async function loadBooked(
  tx: Tx,
  { bookId, agentId }: { readonly bookId: string; readonly agentId: string },
  invoiceIds: readonly string[],
): Promise<readonly BookedOnInvoice[]> {
  const { rows } = await tx.query<{
    invoice_id: string;
    rule: string;
    of: CommissionOf;
    percent: string;
    base: string;
    counted: string;
    amount: string;
  }>(
    `select invoice_id, rule, of, trim_scale(percent) as percent, sum(amount) as amount,
       (array_agg(base order by number desc))[1] as base, (array_agg(counted order by number desc))[1] as counted
     from commission_entries where book_id = $1 and account_id = $2 and invoice_id = any($3::uuid[])
     group by invoice_id, rule, of, percent`,
    [bookId, agentId, invoiceIds],
  );
  return rows.map(({ invoice_id: invoiceId, base, counted, amount, ...line }) => ({
    ...{ invoiceId, ...line },
    ...{ base: nanosFromSql(base), counted: nanosFromSql(counted), amount: nanosFromSql(amount) },
  }));
}

/** The last entry of an agent, how often it was booked in a month, and its latest month. */
export async function loadAgentState(
  tx: Tx,
  agentId: string,
  period: Temporal.PlainYearMonth,
): Promise<{ readonly lastNumber: bigint; readonly postings: number; readonly latestPeriod: string | null }> {
  const { rows } = await tx.query<{ last_number: string; postings: string; latest_period: string | null }>(
    `select coalesce(max(number), 0) as last_number, max(period)::text as latest_period,
       count(distinct journal_number) filter (where period = $2) as postings
     from commission_entries where account_id = $1`,
    [agentId, firstDay(period)],
  );
  const [row] = rows;
  return {
    lastNumber: BigInt(row?.last_number ?? 0),
    postings: Number(row?.postings ?? 0),
    latestPeriod: row?.latest_period?.slice(0, "2026-03".length) ?? null,
  };
}

/** An entry with the invoice that it is for. */
export interface NewEntry extends CommissionEntry {
  readonly invoice: Pick<EarningInvoice, "id" | "payerId" | "number">;
}

export async function insertEntries(
  tx: Tx,
  agent: { readonly tenantId: string; readonly bookId: string; readonly id: string; readonly currency: Currency },
  place: { readonly period: Temporal.PlainYearMonth; readonly lastNumber: bigint; readonly journalNumber: bigint },
  entries: readonly NewEntry[],
): Promise<void> {
  const column = <Value>(value: (entry: NewEntry, index: number) => Value): Value[] => entries.map(value);
  await tx.query(
    `insert into commission_entries (tenant_id, book_id, account_id, period, currency, journal_number, number, kind,
       payer_account_id, invoice_id, rule, of, percent, base, counted, amount)
     select $1::uuid, $2::uuid, $3::uuid, $4::date, $5::text, $6::bigint, * from unnest($7::bigint[], $8::text[],
       $9::uuid[], $10::uuid[], $11::text[], $12::text[], $13::numeric[], $14::numeric[], $15::numeric[],
       $16::numeric[])`,
    [
      ...[agent.tenantId, agent.bookId, agent.id, firstDay(place.period), agent.currency],
      place.journalNumber.toString(),
      column((_, index) => (place.lastNumber + BigInt(index) + 1n).toString()),
      column(({ kind }) => kind),
      column(({ invoice }) => invoice.payerId),
      column(({ invoice }) => invoice.id),
      column(({ rule }) => rule),
      column(({ of }) => of),
      column(({ percent }) => percent),
      column(({ base }) => nanosToSql(base)),
      column(({ counted }) => nanosToSql(counted)),
      column(({ amount }) => nanosToSql(amount)),
    ],
  );
}

export const firstDay = (period: Temporal.PlainYearMonth): string => period.toPlainDate({ day: 1 }).toString();
