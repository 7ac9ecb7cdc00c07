import { monthOf } from "../../core/catalog/pool-month.ts";
import type { Pool } from "../../core/catalog/pools.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { archivedMonths } from "../archive/is-archived.ts";
import type { Tx } from "../db/tx.ts";
import { listMonths, type StoredMonth } from "./month-store.ts";

/** What tiers have counted in a month of a pool, by their keys; asked for a key without calls, 0. */
export type TierCounts = (pool: Pool, startAt: EpochMs, key: string) => bigint;

/** Reads what the tiers of pools have counted, month by month. */
export async function loadTierCounts(tx: Tx, pools: readonly Pool[]): Promise<TierCounts> {
  const months = await listMonths(tx, pools);
  const byPlace = new Map(months.map(({ poolId, startAt, state }) => [`${poolId} ${startAt}`, state]));
  return ({ id }, startAt, key) => {
    const counter = byPlace.get(`${id} ${startAt}`)?.counters.get(key);
    return counter?.startAt === startAt ? counter.count : 0n;
  };
}

/** Of these pools, when the first month begins that waits to be priced again; one in the archive waits for nothing. */
export async function findStalePools(
  tx: Tx,
  tenantId: string,
  pools: readonly Pool[],
): Promise<ReadonlyMap<string, EpochMs>> {
  const byId = new Map(pools.map((pool) => [pool.id, pool]));
  const isArchived = await archivedMonths(tx, tenantId);
  const waits = ({ poolId, startAt, stale }: StoredMonth): boolean => {
    const pool = byId.get(poolId);
    return stale && pool !== undefined && !isArchived(monthOf(pool, startAt));
  };
  const waiting = (await listMonths(tx, pools)).filter(waits).sort((a, b) => b.startAt - a.startAt);
  return new Map(waiting.map(({ poolId, startAt }) => [poolId, startAt])); // of each pool the first is the last here
}
