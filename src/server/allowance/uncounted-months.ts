import type { Span } from "../../core/allowance/cycle.ts";
import type { Pool } from "../../core/catalog/pools.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import { type MonthPlace, placeText } from "./month-store.ts";

/** A month of a pool, as it is looked for. */
interface PoolMonth {
  readonly pool: Pool;
  readonly month: Span;
  readonly place: MonthPlace;
}

/**
 * The months that are not kept although their pools were charged for calls in them: a package was given, or shared,
 * after these calls came. One pass over each book's charges of such a month; by {@link placeText}.
 */
export async function findUncountedMonths(tx: Tx, months: readonly PoolMonth[]): Promise<ReadonlySet<string>> {
  const members = months.flatMap(({ pool, month, place }) =>
    pool.accountIds.map((accountId) => ({ ...place, endAt: month.endAt, accountId })),
  );
  const { rows } = await tx.query<MonthPlace>(
    `with member as materialized (
       select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::uuid[])
         as t(book_id, pool_id, start_at, end_at, account_id)
       where not exists (
         select from pool_months m where m.book_id = t.book_id and m.pool_id = t.pool_id and m.start_at = t.start_at)
     )
     select distinct t.book_id as "bookId", t.pool_id as "poolId", t.start_at as "startAt"
     from (select distinct book_id, start_at, end_at from member) b
     join charges c on c.book_id = b.book_id and c.answered_at >= b.start_at and c.answered_at < b.end_at
       and c.side <> 'cost'
     join member t on t.book_id = b.book_id and t.start_at = b.start_at and t.account_id = c.account_id`,
    [
      members.map(({ bookId }) => bookId),
      members.map(({ poolId }) => poolId),
      members.map(({ startAt }) => timestampToSql(startAt)),
      members.map(({ endAt }) => timestampToSql(endAt)),
      members.map(({ accountId }) => accountId),
    ],
  );
  return new Set(rows.map(placeText));
}
