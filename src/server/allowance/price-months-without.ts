import { hasRules, monthsBetween, rulesOf } from "../../core/catalog/pool-month.ts";
import { poolWithoutPackages } from "../../core/catalog/pools.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { archivedMonths } from "../archive/is-archived.ts";
import { findPools } from "../catalog/find-pools.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { markMonthsForsaken } from "./month-store.ts";
import { chargedSpans } from "./pool-call-store.ts";

/** That an account had a package and, as it turns out, never did. */
export interface LostShare {
  readonly account: StoredAccount;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/**
 * Has the months priced again in which accounts used up a package that they are taken off, where nothing else that is
 * cumulative is in force for them: months in which something is are found by their rules. To be called when the
 * packages are as they should be.
 */
export async function priceMonthsWithout(tx: Tx, tenantId: string, lost: readonly LostShare[]): Promise<void> {
  if (lost.length === 0) return;
  const pools = await findPools(tx, tenantId);
  const spans = await chargedSpans(tx, [...new Set(lost.map(({ account }) => account.bookId))]);
  const isArchived = await archivedMonths(tx, tenantId);
  const places = lost.flatMap(({ account, from, to }) => {
    const pool = pools.get(account.id) ?? poolWithoutPackages(account);
    const span = spans.get(account.bookId);
    if (span === undefined) return [];
    const had = { startAt: epochMs(Math.max(from, span.startAt)), endAt: epochMs(Math.min(to, span.endAt)) };
    return monthsBetween(pool, had)
      .filter((month) => !isArchived(month) && !hasRules(rulesOf(pool, month)))
      .map(({ startAt }) => ({ bookId: pool.bookId, poolId: pool.id, startAt }));
  });
  await markMonthsForsaken(tx, tenantId, places);
}
