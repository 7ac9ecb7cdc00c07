import type { SpendKind } from "../../core/invoicing/month-spend.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { Position } from "./coverage.ts";

/** An account's month: from when to when, and the day that it is known by. */
export interface AccountMonth {
  readonly bookId: string;
  readonly accountId: string;
  readonly startDate: string;
  readonly startAt: EpochMs;
  readonly endAt: EpochMs;
}

/** What accounts have used in months, all accounts of a book in one pass over its charges; none is left out. */
export async function loadMonthUsage(
  tx: Tx,
  months: readonly AccountMonth[],
): Promise<readonly { readonly accountId: string; readonly startAt: EpochMs; readonly amount: string }[]> {
  const { rows } = await tx.query<{ accountId: string; startAt: EpochMs; amount: string }>(
    `with month as materialized (
       select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
         as t(book_id, account_id, start_at, end_at)
     ), used as (
       select c.account_id, b.start_at, sum(c.amount) as amount
       from (select distinct book_id, start_at, end_at from month) b
       join charges c on c.book_id = b.book_id and c.answered_at >= b.start_at and c.answered_at < b.end_at
         and c.side <> 'cost'
       where c.account_id in (select account_id from month) group by 1, 2
     )
     select m.account_id as "accountId", m.start_at as "startAt", coalesce(u.amount, 0) as amount
     from month m left join used u using (account_id, start_at)`,
    [
      months.map(({ bookId }) => bookId),
      months.map(({ accountId }) => accountId),
      months.map(({ startAt }) => timestampToSql(startAt)),
      months.map(({ endAt }) => timestampToSql(endAt)),
    ],
  );
  return rows;
}

/** What was posted to an account for a month beside its usage. */
export interface SpendPosting {
  readonly bookId: string;
  readonly accountId: string;
  readonly startDate: string;
  readonly kind: SpendKind;
  readonly name: string;
  readonly adjustmentId: string;
  readonly amount: string;
}

/** Everything that was ever posted so to accounts. */
export async function loadSpendPostings(
  tx: Tx,
  accounts: readonly { readonly id: string; readonly bookId: string }[],
): Promise<readonly SpendPosting[]> {
  const { rows } = await tx.query<SpendPosting>(
    `select s.book_id as "bookId", s.account_id as "accountId", s.period_start_date as "startDate", s.kind, s.name,
       s.adjustment_id as "adjustmentId", s.amount
     from unnest($1::uuid[], $2::uuid[]) as a(book_id, id)
     join spend_postings s on s.book_id = a.book_id and s.account_id = a.id`,
    [accounts.map(({ bookId }) => bookId), accounts.map(({ id }) => id)],
  );
  return rows;
}

/** The hash of terms that accounts were last billed under; those that were not are left out. */
export async function loadSpendTerms(
  tx: Tx,
  accounts: readonly { readonly id: string; readonly bookId: string }[],
): Promise<ReadonlyMap<string, string | null>> {
  const { rows } = await tx.query<{ account_id: string; spend_terms: string | null }>(
    `select p.account_id, p.spend_terms from unnest($1::uuid[], $2::uuid[]) as a(book_id, id)
     join billing_positions p on p.book_id = a.book_id and p.account_id = a.id`,
    [accounts.map(({ bookId }) => bookId), accounts.map(({ id }) => id)],
  );
  return new Map(rows.map(({ account_id, spend_terms }) => [account_id, spend_terms]));
}

/** Notes what was posted; books are locked. */
export async function insertSpendPostings(tx: Tx, tenantId: string, postings: readonly SpendPosting[]): Promise<void> {
  await tx.query(
    `insert into spend_postings (tenant_id, book_id, account_id, period_start_date, kind, name, adjustment_id, amount)
     select $1::uuid, *
     from unnest($2::uuid[], $3::uuid[], $4::date[], $5::text[], $6::text[], $7::text[], $8::numeric[])`,
    [
      tenantId,
      postings.map(({ bookId }) => bookId),
      postings.map(({ accountId }) => accountId),
      postings.map(({ startDate }) => startDate),
      postings.map(({ kind }) => kind),
      postings.map(({ name }) => name),
      postings.map(({ adjustmentId }) => adjustmentId),
      postings.map(({ amount }) => amount),
    ],
  );
}

/** The first day that an invoice of each account is for; accounts without one are left out. */
export async function firstBilledDates(
  tx: Tx,
  accounts: readonly { readonly id: string; readonly bookId: string }[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await tx.query<{ account_id: string; first: string }>(
    `select i.account_id, min(i.period_start_date) as first from unnest($1::uuid[], $2::uuid[]) as a(book_id, id)
     join invoices i on i.book_id = a.book_id and i.account_id = a.id group by 1`,
    [accounts.map(({ bookId }) => bookId), accounts.map(({ id }) => id)],
  );
  return new Map(rows.map(({ account_id, first }) => [account_id, first]));
}

/**
 * The first day on which a call was answered that accounts are still to be billed for, on their own clocks: late calls
 * and corrections are of days that were billed before. Accounts without such calls are left out.
 */
export async function firstUnbilledDates(
  tx: Tx,
  accounts: readonly Pick<StoredAccount, "id" | "bookId" | "timeZone">[],
  positions: ReadonlyMap<string, Position>,
): Promise<ReadonlyMap<string, Temporal.PlainDate>> {
  const { rows } = await tx.query<{ account_id: string; first: EpochMs }>(
    `with account as materialized (
       select t.*, (select min(first_answered_at) from journals j
         where j.book_id = t.book_id and j.number > t.after_number) as start_at
       from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as t(book_id, account_id, after_number)
     )
     select a.account_id, min(c.answered_at) as first
     from (select book_id, min(start_at) as start_at from account group by 1) b
     join charges c on c.book_id = b.book_id and c.answered_at >= b.start_at and c.side <> 'cost'
     join account a on a.account_id = c.account_id
     join journals j on j.book_id = c.book_id and j.batch_id = c.batch_id and j.kind = 'usage'
       and j.number > a.after_number
     group by 1`,
    [
      accounts.map(({ bookId }) => bookId),
      accounts.map(({ id }) => id),
      accounts.map(({ id }) => (positions.get(id)?.journalNumber ?? 0n).toString()),
    ],
  );
  const zones = new Map(accounts.map(({ id, timeZone }) => [id, timeZone]));
  return new Map(
    rows.map(({ account_id, first }) => {
      const zone = zones.get(account_id) ?? "UTC";
      return [account_id, toInstant(first).toZonedDateTimeISO(zone).toPlainDate()];
    }),
  );
}
