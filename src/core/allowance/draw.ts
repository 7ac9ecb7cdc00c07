import type { EpochMs } from "../time/epoch.ts";
import { grantedAt } from "./grant.ts";
import { type Allowance, isFor, type PoolRules, pays, type ScopedCall } from "./pool-rules.ts";
import type { Bucket, Granted, PoolState } from "./pool-state.ts";

/** A bucket that a call may use. */
export interface OpenBucket {
  readonly allowance: Allowance;
  readonly granted: Granted;
  readonly bucket: Bucket;
}

/** How much was taken from a bucket. */
export interface Taken {
  readonly from: OpenBucket;
  readonly quantity: bigint;
}

/**
 * The buckets that a call may use, in the order in which they are: by priority, of equal ones what expires first, then
 * by key. What is used up or not for the call is left out.
 */
export function openBuckets({ allowances, timeZone }: PoolRules, state: PoolState, call: ScopedCall): OpenBucket[] {
  return allowances
    .filter((allowance) => pays(allowance.unit, call.service) && isFor(allowance, call))
    .flatMap((allowance) => {
      const granted = grantedAt(allowance, timeZone, state.allowances.get(allowance.key), call.answeredAt);
      return granted.buckets
        .filter(({ left, expiresAt }) => left > 0n && expiresAt > call.answeredAt)
        .map((bucket) => ({ allowance, granted, bucket }));
    })
    .sort(byTurn);
}

function byTurn(a: OpenBucket, b: OpenBucket): number {
  if (a.allowance.priority !== b.allowance.priority) return a.allowance.priority - b.allowance.priority;
  if (a.bucket.expiresAt !== b.bucket.expiresAt) return a.bucket.expiresAt < b.bucket.expiresAt ? -1 : 1;
  return a.allowance.key < b.allowance.key ? -1 : a.allowance.key > b.allowance.key ? 1 : 0;
}

/** Takes `wanted` from buckets in turn, as far as they go. */
export function drawDown(buckets: readonly OpenBucket[], wanted: bigint): Taken[] {
  const taken: Taken[] = [];
  let missing = wanted;
  for (const from of buckets) {
    if (missing === 0n) break;
    const quantity = from.bucket.left < missing ? from.bucket.left : missing;
    taken.push({ from, quantity });
    missing -= quantity;
  }
  return taken;
}

/** The state after what was taken; a bucket is in `taken` once at most. */
export function afterTaking(state: PoolState, taken: readonly Taken[]): PoolState {
  if (taken.length === 0) return state;
  const allowances = new Map(state.allowances);
  for (const { from, quantity } of taken) {
    const { allowance, granted, bucket } = from;
    const now = sameCycle(allowances.get(allowance.key), granted) ?? granted;
    const buckets = now.buckets
      .map((one) => (one.expiresAt === bucket.expiresAt ? { ...one, left: one.left - quantity } : one))
      .filter(({ left }) => left > 0n);
    allowances.set(allowance.key, { ...now, buckets });
  }
  return { ...state, allowances };
}

/** What this call has changed already; what an earlier cycle left is replaced by what is granted now. */
const sameCycle = (known: Granted | undefined, granted: Granted): Granted | undefined =>
  known !== undefined && known.startAt === granted.startAt && known.endAt === granted.endAt ? known : undefined;

/** What can still be used of an allowance at an instant. */
export const leftAt = ({ buckets }: Granted, at: EpochMs): bigint =>
  buckets.reduce((sum, { left, expiresAt }) => (expiresAt > at ? sum + left : sum), 0n);
