import { expect, test } from "vitest";
import { epochMs } from "../../core/time/epoch.ts";
import type { CallFilter } from "./call-filter.ts";
import { firstStretchMs, nextStretchMs } from "./stretch-length.ts";

const MINUTE_MS = 60_000;
const time = { from: epochMs(0), until: epochMs(1) };

test.each<[number, number, number, string]>([
  // minutes, took ms, next minutes
  [15, 5, 60, "read at once: more of it"],
  [960, 399, 3_840, "still quick"],
  [46_080, 5, 92_160, "no more than 64 days, for each is a list of as many days"],
  [960, 1_000, 960, "as much as a budget of seconds allows"],
  [960, 5_000, 240, "so much would spend the budget in a few looks"],
  [15, 60_000, 15, "less than a quarter of an hour is not worth a look"],
])("a look at %i minutes that took %i ms is followed by one at %i (%s)", (minutes, tookMs, next, _why) => {
  expect(nextStretchMs(minutes * MINUTE_MS, tookMs)).toBe(next * MINUTE_MS);
});

test.each<[Partial<CallFilter>, number, string]>([
  [{}, 15, "everything is read"],
  [{ called: { kind: "contains", part: "44" } }, 15, "no index knows parts of numbers"],
  [{ cost: { min: null, max: null } }, 15, "each call's charges are added up"],
  [{ called: { kind: "exact", texts: ["44"] } }, 360, "the index on numbers"],
  [{ payers: { bookId: "b", accountIds: ["a"] } }, 360, "the key of the table begins with the book"],
])("the first look for %j is at %i minutes (%s)", (filter, minutes, _why) => {
  expect(firstStretchMs({ ...time, ...filter })).toBe(minutes * MINUTE_MS);
});
