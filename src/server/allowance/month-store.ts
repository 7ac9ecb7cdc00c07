import { EMPTY_POOL, type PoolState, poolStateFromText, poolStateToText } from "../../core/allowance/pool-state.ts";
import type { PooledAccount } from "../../core/catalog/pools.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";

/** Where a pool's month is kept. */
export interface MonthPlace {
  readonly bookId: string;
  readonly poolId: string;
  readonly startAt: EpochMs;
}

/** Equal places are equal texts. */
export const placeText = ({ bookId, poolId, startAt }: MonthPlace): string => `${bookId} ${poolId} ${startAt}`;

/** A call's place in the order of a pool: by answer, then id. */
export interface TurnPosition {
  readonly answeredAt: EpochMs;
  /** As text. */
  readonly usageId: string;
}

/** What a pool has used in a month, after the last call that was priced in its turn. */
export interface StoredMonth extends MonthPlace {
  /** Of what was in force when it was priced. */
  readonly rulesHash: string;
  readonly startState: PoolState;
  readonly state: PoolState;
  readonly position: TurnPosition;
  /** A call came out of its turn: the month is to be priced again as a whole. */
  readonly stale: boolean;
  readonly revision: bigint;
}

interface MonthRow {
  readonly book_id: string;
  readonly pool_id: string;
  readonly start_at: EpochMs;
  readonly rules_hash: string;
  readonly start_state: string;
  readonly state: string;
  readonly last_answered_at: EpochMs;
  readonly last_usage_id: string;
  readonly stale: boolean;
  readonly revision: string;
}

const COLUMNS = `m.book_id, m.pool_id, m.start_at, m.rules_hash, m.start_state::text as start_state,
  m.state::text as state, m.last_answered_at, m.last_usage_id, m.stale, m.revision`;

const monthOf = (row: MonthRow): StoredMonth => ({
  bookId: row.book_id,
  poolId: row.pool_id,
  startAt: row.start_at,
  rulesHash: row.rules_hash,
  startState: poolStateFromText(row.start_state),
  state: poolStateFromText(row.state),
  position: { answeredAt: row.last_answered_at, usageId: row.last_usage_id },
  stale: row.stale,
  revision: BigInt(row.revision),
});

/** All months of pools, each pool's in order. */
export async function listMonths(
  tx: Tx,
  pools: readonly { readonly bookId: string; readonly id: string }[],
): Promise<readonly StoredMonth[]> {
  const { rows } = await tx.query<MonthRow>(
    `select ${COLUMNS} from unnest($1::uuid[], $2::uuid[]) as t(book_id, pool_id)
     join pool_months m on m.book_id = t.book_id and m.pool_id = t.pool_id order by m.book_id, m.pool_id, m.start_at`,
    [pools.map(({ bookId }) => bookId), pools.map(({ id }) => id)],
  );
  return rows.map(monthOf);
}

/** The last month of each pool that begins before a place. */
export async function previousMonths(tx: Tx, places: readonly MonthPlace[]): Promise<readonly StoredMonth[]> {
  const { rows } = await tx.query<MonthRow>(
    `select ${COLUMNS}
     from (select distinct * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[])) t(book_id, pool_id, at)
     cross join lateral (
       select * from pool_months m where m.book_id = t.book_id and m.pool_id = t.pool_id and m.start_at < t.at
       order by m.start_at desc limit 1
     ) m`,
    placeColumns(places),
  );
  return rows.map(monthOf);
}

/**
 * Creates months that may not be there yet; one that another transaction creates meanwhile is waited for and kept. A
 * statement of its own, before {@link lockMonths}: a statement does not see what was committed after it began. Answers
 * those that were created.
 */
export async function createMonths(
  tx: Tx,
  tenantId: string,
  months: readonly Omit<StoredMonth, "revision" | "position" | "state">[],
): Promise<readonly MonthPlace[]> {
  const { rows } = await tx.query<MonthPlace>(
    `insert into pool_months (tenant_id, book_id, pool_id, start_at, rules_hash, start_state, state, stale)
     select $1::uuid, book_id, pool_id, start_at, rules_hash, start_state::jsonb, start_state::jsonb, stale
     from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::boolean[])
       as t(book_id, pool_id, start_at, rules_hash, start_state, stale)
     order by book_id, pool_id, start_at on conflict do nothing
     returning book_id as "bookId", pool_id as "poolId", start_at as "startAt"`,
    [
      tenantId,
      ...placeColumns(months),
      months.map(({ rulesHash }) => rulesHash),
      months.map(({ startState }) => poolStateToText(startState)),
      months.map(({ stale }) => stale),
    ],
  );
  return rows;
}

/** Locks months until `tx` ends, in one order everywhere, after identities and before books. */
export async function lockMonths(tx: Tx, places: readonly MonthPlace[]): Promise<readonly StoredMonth[]> {
  const { rows } = await tx.query<MonthRow>(
    `select ${COLUMNS} from pool_months m
     where (m.book_id, m.pool_id, m.start_at) in (select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]))
     order by m.book_id, m.pool_id, m.start_at for update`,
    placeColumns(places),
  );
  return rows.map(monthOf);
}

/** Writes months that are locked. */
export async function saveMonths(tx: Tx, months: readonly Omit<StoredMonth, "revision">[]): Promise<void> {
  await tx.query(
    `update pool_months m set rules_hash = t.rules_hash, start_state = t.start_state::jsonb, state = t.state::jsonb,
       last_answered_at = t.answered_at, last_usage_id = t.usage_id, stale = t.stale, revision = m.revision + 1
     from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
       $8::uuid[], $9::boolean[])
       as t(book_id, pool_id, start_at, rules_hash, start_state, state, answered_at, usage_id, stale)
     where m.book_id = t.book_id and m.pool_id = t.pool_id and m.start_at = t.start_at`,
    [
      ...placeColumns(months),
      months.map(({ rulesHash }) => rulesHash),
      months.map(({ startState }) => poolStateToText(startState)),
      months.map(({ state }) => poolStateToText(state)),
      months.map(({ position }) => timestampToSql(position.answeredAt)),
      months.map(({ position }) => position.usageId),
      months.map(({ stale }) => stale),
    ],
  );
}

/** Has the months of pools that have the names of these accounts priced again. */
export async function markMonthsStale(tx: Tx, tenantId: string, accountIds: readonly string[]): Promise<void> {
  await tx.query(
    `update pool_months set stale = true, revision = revision + 1
     where tenant_id = $1 and pool_id = any($2::uuid[]) and not stale`,
    [tenantId, accountIds],
  );
}

/** Has months priced again, whether they are kept or not, in which nothing depends on the calls before any more. */
export async function markMonthsForsaken(tx: Tx, tenantId: string, places: readonly MonthPlace[]): Promise<void> {
  await tx.query(
    `insert into pool_months as m (tenant_id, book_id, pool_id, start_at, rules_hash, start_state, state, stale)
     select $1::uuid, t.*, '', $5::jsonb, $5::jsonb, true
     from (select distinct * from unnest($2::uuid[], $3::uuid[], $4::timestamptz[])) as t(book_id, pool_id, start_at)
     order by book_id, pool_id, start_at
     on conflict (book_id, pool_id, start_at) do update set stale = true, revision = m.revision + 1`,
    [tenantId, ...placeColumns(places), poolStateToText(EMPTY_POOL)],
  );
}

/** Accounts of which months are to be priced again that have their names: also of such as are in no pool any more. */
export async function listStaleAccounts(tx: Tx, tenantId: string): Promise<readonly PooledAccount[]> {
  const { rows } = await tx.query<PooledAccount>(
    `select distinct a.id, a.book_id as "bookId", a.time_zone as "timeZone"
     from pool_months m join accounts a on a.id = m.pool_id where m.tenant_id = $1 and m.stale order by 1`,
    [tenantId],
  );
  return rows;
}

/**
 * Forgets what pools have used that have the names of these accounts: a month that is missing is priced again from its
 * calls. For changes after which a pool has other months, or is another one.
 */
export async function forgetMonths(tx: Tx, tenantId: string, accountIds: readonly string[]): Promise<void> {
  await tx.query("delete from pool_months where tenant_id = $1 and pool_id = any($2::uuid[])", [tenantId, accountIds]);
}

const placeColumns = (places: readonly MonthPlace[]): readonly [string[], string[], string[]] => [
  places.map(({ bookId }) => bookId),
  places.map(({ poolId }) => poolId),
  places.map(({ startAt }) => timestampToSql(startAt)),
];
