import { invariant } from "../invariant.ts";
import { type EpochMs, epochMs } from "../time/epoch.ts";
import type { Span } from "./cycle.ts";
import { NEVER } from "./cycle.ts";

/** What a pool has used and has left, at one point of its calls' order. A plain value: the fold makes a new one. */
export interface PoolState {
  /** By the allowance's key. */
  readonly allowances: ReadonlyMap<string, Granted>;
  /** By the tiers' key. */
  readonly counters: ReadonlyMap<string, Counter>;
}

/** An allowance in the cycle that it was last looked at in. */
export interface Granted extends Span {
  /** What can be used, the first to expire first; used-up ones are left out. */
  readonly buckets: readonly Bucket[];
}

/** What one cycle granted and calls have left of it. */
export interface Bucket {
  readonly expiresAt: EpochMs;
  readonly left: bigint;
}

/** What tiers have counted in a cycle. */
export interface Counter extends Span {
  readonly count: bigint;
}

export const EMPTY_POOL: PoolState = { allowances: new Map(), counters: new Map() };

interface StateJson {
  readonly allowances: Record<string, { from: number; until: number | null; buckets: [number | null, string][] }>;
  readonly counters: Record<string, { from: number; until: number | null; count: string }>;
}

/** Equal states are equal texts: keys are sorted, and what never ends is null. */
export function poolStateToText({ allowances, counters }: PoolState): string {
  const json: StateJson = {
    allowances: Object.fromEntries(
      sorted(allowances).map(([key, { startAt, endAt, buckets }]) => [
        key,
        {
          from: startAt,
          until: finite(endAt),
          buckets: buckets.map(({ expiresAt, left }) => [finite(expiresAt), left.toString()]),
        },
      ]),
    ),
    counters: Object.fromEntries(
      sorted(counters).map(([key, { startAt, endAt, count }]) => [
        key,
        { from: startAt, until: finite(endAt), count: count.toString() },
      ]),
    ),
  };
  return JSON.stringify(json);
}

/** Reads what {@link poolStateToText} wrote; anything else is a bug and throws. */
export function poolStateFromText(text: string): PoolState {
  const { allowances, counters } = JSON.parse(text) as StateJson;
  invariant(allowances && counters, "a stored state has allowances and counters");
  return {
    allowances: new Map(
      Object.entries(allowances).map(([key, { from, until, buckets }]) => [
        key,
        {
          startAt: epochMs(from),
          endAt: instant(until),
          buckets: buckets.map(([expiresAt, left]) => ({ expiresAt: instant(expiresAt), left: BigInt(left) })),
        },
      ]),
    ),
    counters: new Map(
      Object.entries(counters).map(([key, { from, until, count }]) => [
        key,
        { startAt: epochMs(from), endAt: instant(until), count: BigInt(count) },
      ]),
    ),
  };
}

const sorted = <Value>(map: ReadonlyMap<string, Value>): [string, Value][] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1));
const finite = (at: EpochMs): number | null => (Number.isFinite(at) ? at : null);
const instant = (at: number | null): EpochMs => (at === null ? NEVER : epochMs(at));
