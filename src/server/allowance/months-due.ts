import type { Span } from "../../core/allowance/cycle.ts";
import { type PoolState, poolStateToText } from "../../core/allowance/pool-state.ts";
import { hasRules, monthsBetween, rulesOf, stateAtStart } from "../../core/catalog/pool-month.ts";
import { type Pool, poolWithoutPackages } from "../../core/catalog/pools.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { archivedMonths, type IsArchived } from "../archive/is-archived.ts";
import { findPools } from "../catalog/find-pools.ts";
import type { Tx } from "../db/tx.ts";
import { listMonths, listStaleAccounts, type StoredMonth } from "./month-store.ts";
import { chargedSpans } from "./pool-call-store.ts";
import { rulesHash } from "./turn.ts";

/** Which pools to look at: those of some accounts, or of all. */
export interface ReplayScope {
  readonly tenantId: string;
  /** null: of every account. */
  readonly accountIds: readonly string[] | null;
}

/** A pool with charges, and what is kept of its months. */
export interface KeptPool {
  readonly pool: Pool;
  /** Those that its book has charges of, in order. */
  readonly months: readonly Span[];
  readonly stored: readonly StoredMonth[];
  /** Its months there stay as they were left: what they are made of is not at hand. */
  readonly isArchived: IsArchived;
}

/** How a pool stood at the end of a month. */
export interface EndOfMonth {
  readonly startAt: EpochMs;
  readonly state: PoolState;
}

/**
 * The pools of a scope that may have something to replay. Who is in no pool any more and has months that wait is one
 * without packages.
 */
export async function findKeptPools(tx: Tx, { tenantId, accountIds }: ReplayScope): Promise<readonly KeptPool[]> {
  const known = new Map(await findPools(tx, tenantId));
  for (const account of await listStaleAccounts(tx, tenantId))
    if (!known.has(account.id)) known.set(account.id, poolWithoutPackages(account));
  const wanted = accountIds === null ? [...known.values()] : accountIds.flatMap((id) => known.get(id) ?? []);
  const pools = [...new Set(wanted)];
  if (pools.length === 0) return [];
  const spans = await chargedSpans(tx, [...new Set(pools.map(({ bookId }) => bookId))]);
  const stored = Map.groupBy(await listMonths(tx, pools), ({ poolId }) => poolId);
  const isArchived = await archivedMonths(tx, tenantId);
  return pools.flatMap((pool) => {
    const span = spans.get(pool.bookId);
    if (span === undefined) return [];
    return [{ pool, months: monthsBetween(pool, span), stored: stored.get(pool.id) ?? [], isArchived }];
  });
}

/** How a pool stood before the first month that still has charges: of earlier ones, only the states are left. */
export const stateBefore = ({ months, stored }: KeptPool): EndOfMonth | undefined =>
  stored.findLast(({ startAt }) => startAt < (months[0]?.startAt ?? Number.NEGATIVE_INFINITY));

/** What is to be done about a month: nothing, or to price it again from a state. */
export type MonthJudgement =
  | { readonly kind: "sound"; readonly end: EndOfMonth | undefined }
  | { readonly kind: "due"; readonly start: PoolState };

/**
 * Judges a month by how the one before ended. It is due when a call came out of its turn, when other rules are in force
 * in it than when it was priced, or when it begins otherwise than it did.
 */
export function judgeMonth(
  { pool, stored, isArchived }: KeptPool,
  month: Span,
  previous: EndOfMonth | undefined,
): MonthJudgement {
  const present = stored.find(({ startAt }) => startAt === month.startAt);
  if (isArchived(month)) return { kind: "sound", end: present ?? previous };
  const rules = rulesOf(pool, month);
  if (present === undefined && !hasRules(rules)) return { kind: "sound", end: previous };
  const start = stateAtStart(pool, month, previous);
  const isSound =
    present !== undefined &&
    !present.stale &&
    present.rulesHash === rulesHash(rules) &&
    poolStateToText(present.startState) === poolStateToText(start);
  return isSound ? { kind: "sound", end: present } : { kind: "due", start };
}

/**
 * The accounts of a scope whose charges wait for a replay, and from which month on: what they come to is not known
 * before it.
 */
export async function findAwaitingReplay(tx: Tx, scope: ReplayScope): Promise<ReadonlyMap<string, EpochMs>> {
  const kept = await findKeptPools(tx, scope);
  return new Map(
    kept.flatMap((one) => {
      const firstAt = firstDue(one);
      return firstAt === undefined ? [] : one.pool.accountIds.map((accountId) => [accountId, firstAt] as const);
    }),
  );
}

/** When the first month begins that is to be priced again. */
function firstDue(kept: KeptPool): EpochMs | undefined {
  let end = stateBefore(kept);
  for (const month of kept.months) {
    const judged = judgeMonth(kept, month, end);
    if (judged.kind === "due") return month.startAt;
    end = judged.end;
  }
  return undefined;
}
