import { type Nanos, NO_NANOS, nanosFromSql } from "../../core/money/nanos.ts";
import { civilFromDays, daysFromCivil } from "../../core/time/civil-day.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { civilDay, civilDayStart } from "../../core/time/zone.ts";
import { plainArray } from "../db/plain-array.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredAccount } from "../tenancy/party.ts";

/** What an account was charged for usage of this day and of this month, as its own zone has them. */
export interface Spent {
  readonly day: Nanos;
  readonly month: Nanos;
}

export const NOTHING_SPENT: Spent = { day: NO_NANOS, month: NO_NANOS };

/** What accounts have spent so far in the day and the month that `at` is in; those that spent nothing are left out. */
export async function loadSpent(
  tx: Tx,
  accounts: readonly Pick<StoredAccount, "id" | "bookId" | "timeZone">[],
  at: EpochMs,
): Promise<ReadonlyMap<string, Spent>> {
  if (accounts.length === 0) return new Map();
  const starts = accounts.map(({ timeZone }) => startsOf(timeZone, at));
  const { rows } = await tx.prepared<{ account_id: string; day: string; month: string }>(
    "load-spent",
    `select t.account_id, coalesce(sum(c.amount) filter (where c.answered_at >= t.day_start), 0) as day,
       sum(c.amount) as month
     from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
       as t(book_id, account_id, day_start, month_start)
     join charges c on c.book_id = t.book_id and c.answered_at >= t.month_start and c.account_id = t.account_id
       and c.side <> 'cost'
     group by t.account_id`,
    [
      plainArray(accounts.map(({ bookId }) => bookId)),
      plainArray(accounts.map(({ id }) => id)),
      starts.map(({ day }) => timestampToSql(day)),
      starts.map(({ month }) => timestampToSql(month)),
    ],
  );
  return new Map(rows.map((row) => [row.account_id, { day: nanosFromSql(row.day), month: nanosFromSql(row.month) }]));
}

function startsOf(timeZone: string, at: EpochMs): { readonly day: EpochMs; readonly month: EpochMs } {
  const today = civilDay(timeZone, at);
  const { year, month } = civilFromDays(today);
  return { day: civilDayStart(timeZone, today), month: civilDayStart(timeZone, daysFromCivil(year, month, 1)) };
}
