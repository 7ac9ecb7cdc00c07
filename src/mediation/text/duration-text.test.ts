import { expect, test } from "vitest";
import { type DurationUnit, parseDuration } from "./duration-text.ts";

test.each<[string, DurationUnit, number | undefined, string]>([
  // text      unit        ms          why
  ["95", "s", 95_000, "whole seconds"],
  ["95.0129", "s", 95_012, "finer than a millisecond is cut off"],
  ["67,5", "s", 67_500, "a decimal comma"],
  ["0.001", "s", 1, "exact, no binary fraction"],
  ["-6", "s", -6_000, "negative: for the sanity check to tell"],
  ["95011", "ms", 95_011, "milliseconds"],
  ["95011999", "us", 95_011, "microseconds"],
  ["951", "tenths", 95_100, "tenths of a second"],
  ["9501", "hundredths", 95_010, "ticks of 10 ms"],
  ["1.5", "minutes", 90_000, "decimal minutes"],
  ["1.016667", "minutes", 61_000, "61 s as spreadsheets write them"],
  ["1:35", "mm:ss", 95_000, "minutes and seconds"],
  ["125:05", "mm:ss", 7_505_000, "minutes go beyond 59"],
  ["00:01:35.25", "hh:mm:ss", 95_250, "with a fraction"],
  ["1:60", "mm:ss", undefined, "no 60th second"],
  ["1:3", "mm:ss", undefined, "cut off: not 1:03"],
  ["1:35", "hh:mm:ss", undefined, "another form"],
  ["1h2m3.5s", "h m s", 3_723_500, "each part with its unit"],
  ["10s", "h m s", 10_000, "seconds alone"],
  ["5m", "h m s", 300_000, "minutes alone"],
  ["00h02m10s", "h m s", 130_000, "with zeros"],
  ["1 hr 2 min 3 sec", "h m s", 3_723_000, "in words"],
  ["90m", "h m s", 5_400_000, "the largest unit goes beyond 59"],
  ["95", "h m s", undefined, "no unit: seconds or minutes"],
  ["3s2m", "h m s", undefined, "out of order"],
  ["", "h m s", undefined, "no part at all"],
  ["", "s", undefined, "nothing"],
  ["-", "s", undefined, "a sign alone"],
  ["1e3", "s", undefined, "no exponents"],
  ["12.", "s", 12_000, "a point with nothing after it"],
  ["9".repeat(19), "s", undefined, "more digits than any duration"],
  [`1.${"0".repeat(30)}`, "s", undefined, "a fraction nobody writes"],
])("%j in %s is %j ms (%s)", (text, unit, ms) => {
  expect(parseDuration(text, unit)).toBe(ms);
});
