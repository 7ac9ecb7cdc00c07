import { expect, test } from "vitest";
import { hasAllSessionsOpen, longestCallS } from "./session-room.ts";

test.each<[number | null, number, boolean, string]>([
  // may have, open, all?  why
  [null, 1_000_000, false, "without a limit there is always room"],
  [2, 1, false, "one more fits"],
  [2, 2, true, "as many as it may have"],
  [2, 5, true, "the limit was lowered meanwhile"],
  [0, 0, true, "none at all"],
])("of %s sessions, %i are open: all of them? %s (%s)", (openSessions, open, all) => {
  expect(hasAllSessionsOpen({ openSessions }, open)).toBe(all);
});

test.each<[(number | null)[], number, string]>([
  // limits       longest  why
  [[], 14_400, "an emergency call has no levels"],
  [[null, null], 14_400, "nobody sets one"],
  [[900, null, 600], 600, "the shortest of the chain"],
  [[20_000], 14_400, "none is longer than the longest of all"],
])("levels with %j allow %i s (%s)", (limits, longest) => {
  expect(
    longestCallS(
      limits.map((callS) => ({ callS })),
      14_400,
    ),
  ).toBe(longest);
});
