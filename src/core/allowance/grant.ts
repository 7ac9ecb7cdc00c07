import { type EpochMs, epochMs } from "../time/epoch.ts";
import { type Span, spanAt } from "./cycle.ts";
import type { Allowance, Tiers } from "./pool-rules.ts";
import type { Bucket, Counter, Granted } from "./pool-state.ts";

/**
 * An allowance at an instant: what was granted up to then, less what was used, has expired, or is more than may be
 * carried over. Asked at any times in between, it comes to the same. `before` is undefined when it was never looked at.
 */
export function grantedAt(allowance: Allowance, timeZone: string, before: Granted | undefined, at: EpochMs): Granted {
  if (before !== undefined && at < before.endAt) return before;
  const { cycle, rollover, from, to, quantity } = allowance;
  if (cycle === "once")
    return before === undefined
      ? { startAt: from, endAt: to, buckets: [{ expiresAt: to, left: quantity }] }
      : { ...before, buckets: [] };
  const now = spanAt(cycle, timeZone, at);
  const lifeCycles = rollover?.cycles ?? 0;
  let span = now;
  for (let back = 0; back < lifeCycles; back += 1) {
    if (span.startAt <= from || (before !== undefined && span.startAt <= before.endAt)) break;
    span = spanAt(cycle, timeZone, span.startAt - 1);
  }
  let buckets = before?.buckets ?? [];
  for (;;) {
    buckets = openCycle(allowance, timeZone, buckets, span);
    if (span.startAt >= now.startAt) break;
    span = spanAt(cycle, timeZone, span.endAt);
  }
  return { ...now, buckets };
}

/** When units expire that a cycle grants: at its end, or some cycles later. */
export function expiryOf({ cycle, rollover }: Allowance, timeZone: string, span: Span): EpochMs {
  let last = span;
  for (let more = 0; more < (rollover?.cycles ?? 0) && cycle !== "once"; more += 1)
    last = spanAt(cycle, timeZone, last.endAt);
  return last.endAt;
}

function openCycle(allowance: Allowance, timeZone: string, leftover: readonly Bucket[], span: Span): readonly Bucket[] {
  const carried = carriedOver(
    leftover.filter(({ expiresAt }) => expiresAt > span.startAt),
    allowance.rollover?.cap ?? null,
  );
  return withBucket(carried, { expiresAt: expiryOf(allowance, timeZone, span), left: allowance.quantity });
}

/** In order of expiry; what expires together is one bucket, as after a version with a shorter rollover. */
function withBucket(buckets: readonly Bucket[], { expiresAt, left }: Bucket): readonly Bucket[] {
  const together = buckets.filter((one) => one.expiresAt === expiresAt).reduce((sum, one) => sum + one.left, left);
  return [
    ...buckets.filter((one) => one.expiresAt < expiresAt),
    { expiresAt, left: together },
    ...buckets.filter((one) => one.expiresAt > expiresAt),
  ];
}

/** As much as the cap lets into the next cycle; what expires last is kept first. */
function carriedOver(buckets: readonly Bucket[], cap: bigint | null): readonly Bucket[] {
  if (cap === null) return buckets;
  let room = cap;
  const kept = buckets.toReversed().map((bucket) => {
    const left = bucket.left < room ? bucket.left : room;
    room -= left;
    return { ...bucket, left };
  });
  return kept.toReversed().filter(({ left }) => left > 0n);
}

/** What tiers have counted in the cycle of an instant. */
export function countedAt(
  { cycle, from, to }: Tiers,
  timeZone: string,
  before: Counter | undefined,
  at: EpochMs,
): Counter {
  if (before !== undefined && at < before.endAt) return before;
  const span = cycle === "once" ? { startAt: from, endAt: to } : spanAt(cycle, timeZone, at);
  return { startAt: epochMs(span.startAt), endAt: span.endAt, count: 0n };
}
