import type { EpochMs } from "../time/epoch.ts";
import { type BucketUnits, sameUnits, unitsOf } from "./bucket-units.ts";
import { expiryOf, grantedAt } from "./grant.ts";
import type { PoolRules } from "./pool-rules.ts";
import type { Bucket, Granted, PoolState } from "./pool-state.ts";
import type { CycleTotals } from "./price-by-tiers.ts";
import { type CallInTurn, type PricedInTurn, priceInTurn } from "./price-in-turn.ts";

/** What open sessions hold of a pool's allowances, as one call finds it. */
export interface UnitHolds {
  /** Held by other sessions: not this call's to use. */
  readonly others: readonly BucketUnits[];
  /** Held by the call's own session. */
  readonly own: readonly BucketUnits[];
}

export const NO_UNIT_HOLDS: UnitHolds = { others: [], own: [] };

export interface PricedAroundHolds extends PricedInTurn {
  /** Units that others hold would have been this call's: when they are released, its price may be another. */
  readonly waitsForHolds: boolean;
}

/**
 * Prices a call in its turn by what other sessions leave it. Units that are held stay in the pool's state until their
 * session ends; the call takes none of them.
 *
 * Laws, tested: what is held by others is there afterwards; a call that takes no more than its session held is charged
 * as it was granted, whatever else was granted or has ended meanwhile.
 */
export function priceAroundHolds(
  rules: PoolRules,
  state: PoolState,
  call: CallInTurn,
  { others, own }: UnitHolds,
  totals?: CycleTotals,
): PricedAroundHolds {
  const alone = priceInTurn(rules, state, call, totals);
  if (others.length === 0 && own.length === 0) return { ...alone, waitsForHolds: false };
  const at = call.opening.answeredAt;
  const priced = priceInTurn(rules, stateAround(rules, state, { others, own }, at), call, totals);
  const after = takeUnits(rules, state, priced.taken, at);
  return {
    ...priced,
    state: { ...after, counters: priced.state.counters },
    waitsForHolds: !sameUnits(priced.taken, alone.taken),
  };
}

/**
 * Whether a pool still has all units that are held. Those of a cycle that is over are there for their sessions alone,
 * and those of one that no call has begun are all there.
 */
export const hasUnits = (rules: PoolRules, state: PoolState, held: readonly BucketUnits[]): boolean =>
  held.every(({ key, expiresAt, quantity }) => {
    const allowance = rules.allowances.find((one) => one.key === key);
    const granted = state.allowances.get(key);
    if (allowance === undefined || granted === undefined) return true;
    const bucket = granted.buckets.find((one) => one.expiresAt === expiresAt);
    if (bucket !== undefined) return bucket.left >= quantity;
    return granted.startAt >= expiresAt || expiresAt > expiryOf(allowance, rules.timeZone, granted);
  });

/** The pool as a call finds it that is answered then: what others hold is not in it. */
export function stateAround(
  { allowances, timeZone }: PoolRules,
  state: PoolState,
  { others, own }: UnitHolds,
  at: EpochMs,
): PoolState {
  const around = new Map(state.allowances);
  for (const allowance of allowances) {
    const { key, from, to } = allowance;
    if (at < from || at >= to) continue;
    const ofOthers = others.filter((units) => units.key === key);
    const ofOwn = own.filter((units) => units.key === key);
    if (ofOthers.length === 0 && ofOwn.length === 0) continue;
    const granted = grantedAt(allowance, timeZone, state.allowances.get(key), at);
    // Later calls may have begun the next cycle: what the session holds of its own is there for it alone.
    const isOver = at < granted.startAt && ofOwn.length > 0;
    around.set(key, { ...granted, buckets: isOver ? ofOwn.map(bucketOf) : without(granted, ofOthers) });
  }
  return { ...state, allowances: around };
}

const bucketOf = ({ expiresAt, quantity }: BucketUnits): Bucket => ({ expiresAt, left: quantity });

const without = ({ buckets }: Granted, held: readonly BucketUnits[]): readonly Bucket[] =>
  buckets
    .map(({ expiresAt, left }) => {
      const ofOthers = held.filter((units) => units.expiresAt === expiresAt);
      return { expiresAt, left: ofOthers.reduce((rest, { quantity }) => rest - quantity, left) };
    })
    .filter(({ left }) => left > 0n);

/** The state when units were taken from it; of a cycle that is over, what has not expired. */
function takeUnits(
  { allowances, timeZone }: PoolRules,
  state: PoolState,
  taken: readonly BucketUnits[],
  at: EpochMs,
): PoolState {
  const after = new Map(state.allowances);
  for (const allowance of allowances) {
    const { key } = allowance;
    if (!taken.some((units) => units.key === key)) continue;
    const granted = grantedAt(allowance, timeZone, state.allowances.get(key), at);
    const buckets = granted.buckets
      .map(({ expiresAt, left }) => ({ expiresAt, left: left - unitsOf(taken, { key, expiresAt }) }))
      .filter(({ left }) => left > 0n);
    after.set(key, { ...granted, buckets });
  }
  return { ...state, allowances: after };
}
