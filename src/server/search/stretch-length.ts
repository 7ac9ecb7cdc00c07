import { DAY_MS } from "../../core/time/civil-day.ts";
import { type CallFilter, isIndexed } from "./call-filter.ts";

/** Where an index leads to the calls a first look is at the nearest hours, for most pages end there. */
const FIRST_INDEXED_MS = DAY_MS / 4;
/** Otherwise a look reads its time from end to end: a quarter of an hour is 17,000 calls of 50 million a month. */
const LEAST_MS = DAY_MS / 96;
/** An index of numbers is entered once a day of the look and partition: two months of days are enough for one look. */
const MOST_MS = DAY_MS * 64;
const GROWTH = 4;
/** A look that took less is followed by a longer one, and one that took more by a shorter one: a budget is kept so. */
const QUICK_MS = 400;
const SLOW_MS = 2_000;

/** How much time the first look of a search is at, in ms. */
export const firstStretchMs = (filter: CallFilter): number => (isIndexed(filter) ? FIRST_INDEXED_MS : LEAST_MS);

/** How much time the next look is at when one at `lengthMs` took `tookMs`: as much as is read in a second or so. */
export function nextStretchMs(lengthMs: number, tookMs: number): number {
  if (tookMs < QUICK_MS) return Math.min(MOST_MS, lengthMs * GROWTH);
  return tookMs > SLOW_MS ? Math.max(LEAST_MS, lengthMs / GROWTH) : lengthMs;
}
