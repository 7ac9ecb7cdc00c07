import type { Span } from "../../core/allowance/cycle.ts";
import type { PoolState } from "../../core/allowance/pool-state.ts";
import { hasRules, monthOf, rulesOf, stateAtStart } from "../../core/catalog/pool-month.ts";
import type { Pool } from "../../core/catalog/pools.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { archivedMonths, type IsArchived } from "../archive/is-archived.ts";
import type { Database } from "../db/database.ts";
import type { BulkTx, Tx } from "../db/tx.ts";
import type { RatingContext } from "../rating/rating-context.ts";
import type { PricedCharge } from "../usage/priced-call.ts";
import { listMonths, type StoredMonth } from "./month-store.ts";
import { chargedSpans } from "./pool-call-store.ts";
import { type MonthRerating, previewMonth, replayMonth } from "./replay-month.ts";

/** Which months of which pools a re-rating concerns. */
export interface PoolsToRerate {
  /** null: of every account. */
  readonly accountIds: readonly string[] | null;
  /** From the month on in which this lies, because what it leaves may live on; null: from the first. */
  readonly from: EpochMs | null;
}

/** Whether what an account pays for a call depends on the calls before it. Remembers what it has looked up. */
export function inTurnWith(context: RatingContext): (accountId: string, at: EpochMs) => boolean {
  const known = new Map<Pool, { month: Span; depends: boolean }>();
  return (accountId, at) => {
    const pool = context.pools.get(accountId);
    if (pool === undefined) return false;
    const last = known.get(pool);
    if (last !== undefined && at >= last.month.startAt && at < last.month.endAt) return last.depends;
    const month = monthOf(pool, at);
    const depends = hasRules(rulesOf(pool, month));
    known.set(pool, { month, depends });
    return depends;
  };
}

/** What a re-rating would change of calls that are priced in their turns, charge by charge; changes nothing. */
export async function previewPools(
  reader: BulkTx,
  context: RatingContext,
  wanted: PoolsToRerate,
  rerating: Pick<MonthRerating, "isRepriced">,
  onDiffering: (was: PricedCharge, due: PricedCharge) => void,
): Promise<void> {
  for (const pool of await poolsToRerate(reader, context, wanted)) {
    let previous = pool.previous;
    for (const month of pool.months) {
      const start = stateAtStart(pool.pool, month, previous);
      const priced = { pool: pool.pool, month, start, rerating };
      previous = { startAt: month.startAt, state: await previewMonth(reader, context, priced, onDiffering) };
    }
  }
}

/**
 * Prices the months again, each pool's in order, with the prices of today for the calls that are asked for. Months are
 * taken whole, a few thousand calls a transaction; doing it twice writes nothing the second time. `goesOn` is asked
 * before every month. Answers the pools whose calls kept coming in between: they are to be asked for again.
 */
export async function reratePools(
  db: Database,
  context: RatingContext,
  wanted: PoolsToRerate,
  rerating: MonthRerating,
  goesOn: () => Promise<boolean>,
): Promise<number> {
  let left = 0;
  const pools = await db.transaction("ingest", {}, (tx) => poolsToRerate(tx, context, wanted));
  for (const { pool, months, previous: before } of pools) {
    let previous = before;
    for (const month of months) {
      if (!(await goesOn())) return left;
      const start = stateAtStart(pool, month, previous);
      const replayed = await replayMonth(db, context, { pool, month, start, rerating });
      if (replayed === undefined) {
        left += 1;
        break;
      }
      previous = { startAt: month.startAt, state: replayed.end };
    }
  }
  return left;
}

interface PoolMonths {
  readonly pool: Pool;
  /** Those in which something depends on the calls before. */
  readonly months: readonly Span[];
  /** The last month before them. */
  readonly previous: { readonly startAt: EpochMs; readonly state: PoolState } | undefined;
}

async function poolsToRerate(
  tx: Tx,
  context: RatingContext,
  { accountIds, from }: PoolsToRerate,
): Promise<readonly PoolMonths[]> {
  const wanted =
    accountIds === null ? [...context.pools.values()] : accountIds.flatMap((id) => context.pools.get(id) ?? []);
  const pools = [...new Set(wanted)];
  if (pools.length === 0) return [];
  const spans = await chargedSpans(tx, [...new Set(pools.map(({ bookId }) => bookId))]);
  const stored = Map.groupBy(await listMonths(tx, pools), ({ poolId }) => poolId);
  const isArchived = await archivedMonths(tx, context.tenantId);
  return pools.flatMap((pool) => {
    const span = spans.get(pool.bookId);
    return span === undefined ? [] : [monthsOf(pool, { span, from, isArchived }, stored.get(pool.id) ?? [])];
  });
}

/** A month of which calls are in the archive stays as it is, with those before it. */
function monthsOf(
  pool: Pool,
  { span, from, isArchived }: { readonly span: Span; readonly from: EpochMs | null; readonly isArchived: IsArchived },
  stored: readonly StoredMonth[],
): PoolMonths {
  let first = monthOf(pool, epochMs(Math.max(span.startAt, from ?? span.startAt)));
  let months: Span[] = [];
  for (let month = first; month.startAt < span.endAt; month = monthOf(pool, month.endAt)) {
    if (isArchived(month)) {
      first = monthOf(pool, month.endAt);
      months = [];
    } else if (hasRules(rulesOf(pool, month))) months.push(month);
  }
  return { pool, months, previous: stored.findLast(({ startAt }) => startAt < first.startAt) };
}
