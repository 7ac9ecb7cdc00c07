import type { Database } from "../db/database.ts";
import { loadRatingContext, type RatingContext } from "../rating/rating-context.ts";
import { findKeptPools, judgeMonth, type KeptPool, type ReplayScope, stateBefore } from "./months-due.ts";
import { replayMonth } from "./replay-month.ts";

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
 * in it have changed, an account is in the pool no more, or the month before ends otherwise than it did. Each pool's
 * months in order, because what is left of one may live on in the next.
 */
export async function replayDue(db: Database, scope: ReplayScope): Promise<ReplayReport> {
  const { tenantId } = scope;
  const pools = await db.transaction("app", { tenantId }, (tx) => findKeptPools(tx, scope));
  // Tariffs are loaded for the first month that needs them: mostly there is none.
  let context: Promise<RatingContext> | undefined;
  const prices = () => (context ??= db.transaction("app", { tenantId }, (tx) => loadRatingContext(tx, tenantId, null)));
  const report = { months: 0, entries: 0, left: 0 };
  for (const pool of pools) {
    const replayed = await replayPool(db, prices, pool);
    report.months += replayed.months;
    report.entries += replayed.entries;
    report.left += replayed.left;
  }
  return report;
}

async function replayPool(db: Database, prices: () => Promise<RatingContext>, kept: KeptPool): Promise<ReplayReport> {
  let months = 0;
  let entries = 0;
  let end = stateBefore(kept);
  for (const month of kept.months) {
    const judged = judgeMonth(kept, month, end);
    if (judged.kind === "sound") {
      end = judged.end;
      continue;
    }
    const replayed = await replayMonth(db, await prices(), { pool: kept.pool, month, start: judged.start });
    if (replayed === undefined) return { months, entries, left: 1 };
    months += 1;
    entries += replayed.entries;
    end = { startAt: month.startAt, state: replayed.end };
  }
  return { months, entries, left: 0 };
}
