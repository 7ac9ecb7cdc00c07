import type { EpochMs } from "../../core/time/epoch.ts";
import { epochMs } from "../../core/time/epoch.ts";
import type { Consumed } from "../../core/usage/service-units.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { Coverage, Position } from "./coverage.ts";

const NEVER_BILLED: Position = { endAt: epochMs(Number.NEGATIVE_INFINITY), journalNumber: 0n };

/** How far accounts have been billed, by their ids; true until `tx` ends when their books are locked. */
export async function loadPositions(
  tx: Tx,
  accounts: readonly { readonly id: string; readonly bookId: string }[],
): Promise<ReadonlyMap<string, Position>> {
  const { rows } = await tx.query<{ account_id: string; period_end_at: EpochMs; covers_journal_number: string }>(
    `select p.account_id, p.period_end_at, p.covers_journal_number
     from unnest($1::uuid[], $2::uuid[]) as a(book_id, id)
     join billing_positions p on p.book_id = a.book_id and p.account_id = a.id`,
    [accounts.map(({ bookId }) => bookId), accounts.map(({ id }) => id)],
  );
  const found = new Map<string, Position>(
    rows.map((row) => [row.account_id, { endAt: row.period_end_at, journalNumber: BigInt(row.covers_journal_number) }]),
  );
  return new Map(accounts.map(({ id }) => [id, found.get(id) ?? NEVER_BILLED]));
}

/** How far an account is billed from now on, and the hash of the terms of spend that it was billed under. */
export interface MovedPosition {
  readonly bookId: string;
  readonly accountId: string;
  readonly position: Position;
  readonly spendTerms: string;
}

/** Moves positions forward; books are locked. */
export async function savePositions(tx: Tx, tenantId: string, moved: readonly MovedPosition[]): Promise<void> {
  await tx.query(
    `insert into billing_positions as p
       (tenant_id, book_id, account_id, period_end_at, covers_journal_number, spend_terms)
     select $1::uuid, * from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::bigint[], $6::text[])
     on conflict (book_id, account_id) do update
       set period_end_at = excluded.period_end_at, covers_journal_number = excluded.covers_journal_number,
         spend_terms = excluded.spend_terms
       where (p.period_end_at, p.covers_journal_number, p.spend_terms)
         is distinct from (excluded.period_end_at, excluded.covers_journal_number, excluded.spend_terms)`,
    [
      tenantId,
      moved.map(({ bookId }) => bookId),
      moved.map(({ accountId }) => accountId),
      moved.map(({ position }) => timestampToSql(position.endAt)),
      moved.map(({ position }) => position.journalNumber.toString()),
      moved.map(({ spendTerms }) => spendTerms),
    ],
  );
}

/** Charges of one account to one destination at one rate, in one stretch of time. */
export interface UsageSum {
  readonly account_id: string;
  /** First day of the calendar month in which they were answered; null: within the invoice's own period. */
  readonly month: string | null;
  readonly destination: string;
  /** null: voice. */
  readonly service: Consumed["service"] | null;
  /** Price a minute in the account's currency; null where the tariff's is another, and where it is not one rate. */
  readonly rate: string | null;
  readonly currency: string;
  /** Charges less reversals, and likewise below. */
  readonly calls: string;
  readonly billed_s: string;
  /** Connect fees, to the nano. */
  readonly connect_fees: string;
  /** Surcharges likewise; of charges in another currency at their exchange rate. */
  readonly surcharges: string;
  readonly amount: string;
  /** Names of the allowances that paid of the calls, and the seconds that they paid; null: none. */
  readonly allowance: string | null;
  readonly covered_s: string | null;
}

/**
 * What accounts have to be billed for, summed up; all accounts of a book in one pass over the charges of the book.
 *
 * The pass begins where the earliest unbilled call can be: at the end of what is billed, or, for late calls, at the
 * earliest answer in the journals since then (`first_answered_at`). Calls before an account's billed end are taken only
 * when a later journal booked them; which journal that was is asked for those few alone.
 *
 * `offset 0` and the settings keep the planner, which takes a book for a handful of charges, from searching the whole
 * book once for each of its accounts and from sorting all charges on disk instead of adding them up in memory.
 */
export async function loadUsageSums(tx: Tx, coverages: readonly Coverage[]): Promise<readonly UsageSum[]> {
  await tx.query("set local enable_nestloop = off");
  await tx.query("set local enable_sort = off");
  const { rows } = await tx.query<UsageSum>(
    `with account as materialized (
       select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[],
         $6::timestamptz[], $7::bigint[])
         as t(book_id, account_id, time_zone, start_at, end_at, after_end_at, after_number)
     ), billed as (
       select book_id, max(end_at) as end_at, min(after_number) as after_number,
         min(after_end_at) filter (where after_end_at > '-infinity') as after_end_at
       from account group by book_id
     ), book as materialized (
       select book_id, end_at, least(after_end_at, (
         select min(first_answered_at) from journals j where j.book_id = b.book_id and j.number > b.after_number
       )) as start_at
       from billed b
     )
     select a.account_id, c.destination, c.service, c.currency, count(*) - 2 * count(c.reverses_entry_no) as calls,
       sum(case when c.reverses_entry_no is null then 1 else -1 end * coalesce(c.quantity, c.billed_s)) as billed_s,
         sum(c.amount) as amount,
       round(coalesce(sum(case when c.reverses_entry_no is null then c.connect_fee else -c.connect_fee end)
         filter (where c.tariff_amount is null), 0), 9) as connect_fees,
       coalesce(sum(case when c.reverses_entry_no is null then 1 else -1 end * (
         select sum(round((p ->> 'amount')::numeric * coalesce(c.exchange_rate, 1), 9))
         from jsonb_array_elements(c.parts) p where p ->> 'kind' = 'surcharge'))
         filter (where c.parts is not null), 0) as surcharges,
       case when c.tariff_amount is null then c.rate end as rate,
       case when c.answered_at < a.start_at
         then date_trunc('month', c.answered_at at time zone a.time_zone)::date::text end as month,
       case when c.parts is not null then (
         select string_agg(distinct p ->> 'name', ', ') from jsonb_array_elements(c.parts) p
         where p ->> 'kind' = 'allowance') end as allowance,
       sum(case when c.reverses_entry_no is null then 1 else -1 end * case when c.service is null then c.covered_s
         else (select sum((p ->> 'seconds')::bigint) from jsonb_array_elements(c.parts) p
         where p ->> 'kind' = 'allowance') end) as covered_s
     from book b
     cross join lateral (
       select account_id, answered_at, batch_id, book_id, destination, currency, amount, tariff_amount, exchange_rate,
         rate, connect_fee, billed_s, reverses_entry_no, covered_s, parts, service, quantity
       from charges c
       where c.book_id = b.book_id and c.answered_at >= b.start_at and c.answered_at < b.end_at and c.side <> 'cost'
       offset 0
     ) c
     join account a on a.account_id = c.account_id
     where c.answered_at < a.end_at and (c.answered_at >= a.after_end_at or exists (
       select from journals j
       where j.book_id = c.book_id and j.batch_id = c.batch_id and j.kind = 'usage' and j.number > a.after_number))
     group by a.account_id, c.destination, c.service, c.currency, 10, 11, 12`,
    [
      coverages.map(({ bookId }) => bookId),
      coverages.map(({ accountId }) => accountId),
      coverages.map(({ timeZone }) => sqlZone(timeZone)),
      coverages.map(({ startAt }) => timestampToSql(startAt)),
      coverages.map(({ endAt }) => timestampToSql(endAt)),
      coverages.map(({ after }) => timestampToSql(after.endAt)),
      coverages.map(({ after }) => after.journalNumber.toString()),
    ],
  );
  await tx.query("set local enable_nestloop = on");
  await tx.query("set local enable_sort = on");
  return rows;
}

/** PostgreSQL reads a bare offset as POSIX does, where "+05:30" lies west of Greenwich. */
const sqlZone = (zone: string): string => zone.replace(/^[+-]/, (sign) => (sign === "+" ? "-" : "+"));

/** An operator's correction in money that waits for the account's next invoice. */
export interface UnbilledAdjustment {
  readonly account_id: string;
  readonly key: string;
  readonly memo: string;
  readonly amount: string;
}

/** Adjustments, and reversals of adjustments, booked to `unbilled` since the accounts' positions, in order. */
export async function loadAdjustments(
  tx: Tx,
  coverages: readonly Pick<Coverage, "bookId" | "accountId" | "after">[],
): Promise<readonly UnbilledAdjustment[]> {
  const { rows } = await tx.query<UnbilledAdjustment>(
    `select p.account_id, j.idempotency_key as key, j.memo, p.amount
     from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as a(book_id, account_id, after_number)
     join journals j on j.book_id = a.book_id and j.number > a.after_number
       and (j.kind = 'adjustment' or j.reverses_key like 'adjustment/%')
     join postings p on p.book_id = j.book_id and p.journal_number = j.number and p.account_id = a.account_id
       and p.kind = 'unbilled'
     order by j.book_id, j.number`,
    [
      coverages.map(({ bookId }) => bookId),
      coverages.map(({ accountId }) => accountId),
      coverages.map(({ after }) => after.journalNumber.toString()),
    ],
  );
  return rows;
}

/** An invoice that was made, and what it billed. */
export interface EarlierInvoice {
  readonly account_id: string;
  readonly number: string;
  readonly period_start_date: string;
  readonly period_end_date: string;
}

/** The invoices of accounts since a date, in the order in which they were made. */
export async function loadEarlierInvoices(
  tx: Tx,
  accounts: readonly { readonly bookId: string; readonly accountId: string; readonly fromDate: string }[],
): Promise<readonly EarlierInvoice[]> {
  if (accounts.length === 0) return [];
  const { rows } = await tx.query<EarlierInvoice>(
    `select i.account_id, i.number, i.period_start_date, i.period_end_date
     from unnest($1::uuid[], $2::uuid[], $3::date[]) as a(book_id, account_id, from_date)
     join invoices i on i.book_id = a.book_id and i.account_id = a.account_id and i.period_end_date > a.from_date
     order by i.created_at, i.id`,
    [
      accounts.map(({ bookId }) => bookId),
      accounts.map(({ accountId }) => accountId),
      accounts.map(({ fromDate }) => fromDate),
    ],
  );
  return rows;
}

/** What an account has on a ledger account that its invoice may settle: debits less credits. */
export interface Residue {
  readonly account_id: string;
  readonly kind: "overrun" | "rounding";
  readonly amount: string;
}

/** What accounts have on `overrun` and `rounding` in their currencies; 0 is left out. */
export async function loadResidues(
  tx: Tx,
  accounts: readonly { readonly id: string; readonly bookId: string; readonly currency: string }[],
): Promise<readonly Residue[]> {
  const { rows } = await tx.query<Residue>(
    `select b.account_id, b.kind, b.amount
     from unnest($1::uuid[], $2::uuid[], $3::text[]) as a(book_id, id, currency)
     join balances b on b.book_id = a.book_id and b.account_id = a.id and b.currency = a.currency
       and b.kind in ('overrun', 'rounding') and b.amount <> 0`,
    [accounts.map(({ bookId }) => bookId), accounts.map(({ id }) => id), accounts.map(({ currency }) => currency)],
  );
  return rows;
}
