import { type PoolState, poolStateToText } from "../../core/allowance/pool-state.ts";
import { hasRules, monthOf, rulesOf, stateAtStart } from "../../core/catalog/pool-month.ts";
import type { Pool } from "../../core/catalog/pools.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { archivedMonths, type IsArchived } from "../archive/is-archived.ts";
import { findPools } from "../catalog/find-pools.ts";
import type { Database } from "../db/database.ts";
import { loadRatingContext, type RatingContext } from "../rating/rating-context.ts";
import { listMonths, type StoredMonth } from "./month-store.ts";
import { chargedSpans } from "./pool-call-store.ts";
import { replayMonth } from "./replay-month.ts";
import { rulesHash } from "./turn.ts";

/** Which pools to look at: those of some accounts, or of all. */
export interface ReplayScope {
  readonly tenantId: string;
  /** null: of every account. */
  readonly accountIds: readonly string[] | null;
}

export interface ReplayReport {
  /** Months that were priced again. */
  readonly months: number;
  /** Reversals and charges that were written. */
  readonly entries: number;
  /** Pools whose calls kept coming in between: the next replay sees to them. */
  readonly left: number;
}

/**
 * Prices again every month of the pools of a scope that needs it: a call came out of its turn, rules that were in force
 * in it have changed, or the month before ends otherwise than it did. Each pool's months in order, because what is left
 * of one may live on in the next.
 */
export async function replayDue(db: Database, { tenantId, accountIds }: ReplayScope): Promise<ReplayReport> {
  const known = await db.transaction("app", { tenantId }, (tx) => findPools(tx, tenantId));
  const wanted = accountIds === null ? [...known.values()] : accountIds.flatMap((id) => known.get(id) ?? []);
  const pools = [...new Set(wanted)];
  if (pools.length === 0) return { months: 0, entries: 0, left: 0 };
  const [spans, months, isArchived] = await db.transaction("ingest", {}, async (tx) => [
    await chargedSpans(tx, [...new Set(pools.map(({ bookId }) => bookId))]),
    Map.groupBy(await listMonths(tx, pools), ({ poolId }) => poolId),
    await archivedMonths(tx, tenantId),
  ]);
  // Tariffs are loaded for the first month that needs them: mostly there is none.
  let context: Promise<RatingContext> | undefined;
  const prices = () => (context ??= db.transaction("app", { tenantId }, (tx) => loadRatingContext(tx, tenantId, null)));
  const report = { months: 0, entries: 0, left: 0 };
  for (const pool of pools) {
    const span = spans.get(pool.bookId);
    if (span === undefined) continue;
    const replayed = await replayPool(db, prices, { pool, span, stored: months.get(pool.id) ?? [], isArchived });
    report.months += replayed.months;
    report.entries += replayed.entries;
    report.left += replayed.left;
  }
  return report;
}

interface PoolToReplay {
  readonly pool: Pool;
  /** When its book has charges. */
  readonly span: { readonly startAt: EpochMs; readonly endAt: EpochMs };
  readonly stored: readonly StoredMonth[];
  /** Its months there stay as they were left: what they are made of is not at hand. */
  readonly isArchived: IsArchived;
}

async function replayPool(
  db: Database,
  prices: () => Promise<RatingContext>,
  { pool, span, stored, isArchived }: PoolToReplay,
): Promise<ReplayReport> {
  let months = 0;
  let entries = 0;
  const first = monthOf(pool, span.startAt);
  // Of months before the first charge that is still here, only the states are left.
  let previous: { readonly startAt: EpochMs; readonly state: PoolState } | undefined = stored.findLast(
    ({ startAt }) => startAt < first.startAt,
  );
  for (let month = first; month.startAt < span.endAt; month = monthOf(pool, epochMs(month.endAt))) {
    const present = stored.find(({ startAt }) => startAt === month.startAt);
    if (isArchived(month)) {
      previous = present ?? previous;
      continue;
    }
    const rules = rulesOf(pool, month);
    if (present === undefined && !hasRules(rules)) continue;
    const start = stateAtStart(pool, month, previous);
    const isSound = present !== undefined && !present.stale && present.rulesHash === rulesHash(rules);
    if (isSound && poolStateToText(present.startState) === poolStateToText(start)) {
      previous = present;
      continue;
    }
    const replayed = await replayMonth(db, await prices(), { pool, month, start });
    if (replayed === undefined) return { months, entries, left: 1 };
    months += 1;
    entries += replayed.entries;
    previous = { startAt: month.startAt, state: replayed.end };
  }
  return { months, entries, left: 0 };
}
