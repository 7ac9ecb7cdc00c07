import { expect, test } from "vitest";
import { InvariantBroken } from "../invariant.ts";
import { epochMs } from "../time/epoch.ts";
import { type DurationRule, talkedSeconds } from "./duration-rule.ts";

const AT = epochMs(1_772_446_513_000);

test.each<[number, number | null, DurationRule, number, string]>([
  // talkedMs reportedS rule            seconds why
  [67_540, 68, "reported-seconds", 68, "the switch's own word"],
  [67_540, null, "reported-seconds", 68, "it has none: up"],
  [67_540, 68, "measured-up", 68, "a started second counts"],
  [67_540, 68, "measured-half-up", 68, "over a half"],
  [67_540, 68, "measured-down", 67, "a started second does not count"],
  [13_483, null, "measured-half-up", 13, "under a half"],
  [500, null, "measured-half-up", 1, "exactly a half"],
  [1, null, "measured-up", 1, "the smallest call"],
  [1, null, "measured-down", 0, "which is nothing"],
  [0, 0, "measured-up", 0, "answered and gone"],
  [95_000, 94, "measured-up", 95, "whole seconds stay"],
])("%i ms, reported %s, %s: %i s (%s)", (talkedMs, reportedS, rule, seconds) => {
  expect(talkedSeconds({ answeredAt: AT, talkedMs, reportedS }, rule)).toBe(seconds);
  expect(talkedSeconds({ answeredAt: null, talkedMs, reportedS }, rule)).toBe(0);
});

test("a negative time is a bug", () => {
  expect(() => talkedSeconds({ answeredAt: AT, talkedMs: -1, reportedS: null }, "measured-up")).toThrow(
    InvariantBroken,
  );
});
