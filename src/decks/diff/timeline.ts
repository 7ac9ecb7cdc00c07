import type { Rate } from "../../core/tariff/rate.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { sameTerms } from "./rate-terms.ts";

/** Rates of one code and window, by `effectiveFrom`, none overlapping another; gaps are times without a rate. */
export type Timeline = readonly Rate[];

/** The rate in force at `at`. */
export const rateAt = (timeline: Timeline, at: EpochMs): Rate | null =>
  timeline.find((rate) => rate.effectiveFrom <= at && (rate.effectiveTo === null || at < rate.effectiveTo)) ?? null;

/** The rate in force until `at`. */
export const rateBefore = (timeline: Timeline, at: EpochMs): Rate | null =>
  timeline.find((rate) => rate.effectiveFrom < at && (rate.effectiveTo === null || at <= rate.effectiveTo)) ?? null;

/** The part before `at`. */
export const until = (timeline: Timeline, at: EpochMs): Rate[] =>
  timeline
    .filter((rate) => rate.effectiveFrom < at)
    .map((rate) => (rate.effectiveTo !== null && rate.effectiveTo <= at ? rate : { ...rate, effectiveTo: at }));

/** The part from `at` on. */
export const since = (timeline: Timeline, at: EpochMs): Rate[] =>
  timeline
    .filter((rate) => rate.effectiveTo === null || rate.effectiveTo > at)
    .map((rate) => (rate.effectiveFrom >= at ? rate : { ...rate, effectiveFrom: at }));

/** Joins rates that follow one another without a gap on the same terms; the earlier one goes on. */
export function joinSame(timeline: Timeline): Rate[] {
  const joined: Rate[] = [];
  for (const rate of timeline) {
    const last = joined.at(-1);
    if (last !== undefined && last.effectiveTo === rate.effectiveFrom && sameTerms(last, rate)) {
      joined[joined.length - 1] = { ...last, effectiveTo: rate.effectiveTo };
    } else joined.push(rate);
  }
  return joined;
}

/** Whether calls cost the same under both from `from` to `to` (null: for ever). */
export function sameBetween(a: Timeline, b: Timeline, from: EpochMs, to: EpochMs | null): boolean {
  const [first, second] = [a, b].map((timeline) => {
    const open = since(timeline, from);
    return joinSame(to === null ? open : until(open, to));
  }) as [Rate[], Rate[]];
  return (
    first.length === second.length &&
    first.every((rate, index) => {
      const other = second[index] as Rate;
      return (
        rate.effectiveFrom === other.effectiveFrom && rate.effectiveTo === other.effectiveTo && sameTerms(rate, other)
      );
    })
  );
}
