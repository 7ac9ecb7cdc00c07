import fc from "fast-check";
import { expect, test } from "vitest";
import { type Throttle, waitAfter } from "./throttle.ts";

const THROTTLE: Throttle = { freeFailures: 5, waitSMax: 900, forgottenAfterS: 86_400 };

test.each<[number, number, string]>([
  // failures  s    why
  [1, 0, "people mistype"],
  [5, 0, "the last free one"],
  [6, 1, "waits begin"],
  [7, 2, "and double"],
  [15, 512, "and double"],
  [16, 900, "up to the longest"],
  [1_000_000, 900, "which stays: nobody is shut out for good"],
])("after %i failures the next try is in %i s (%s)", (failures, seconds) => {
  expect(waitAfter(failures, THROTTLE)).toBe(seconds);
});

test("a guesser gets about a hundred tries a day", () => {
  let [tries, passedS] = [0, 0];
  while (passedS <= 86_400) passedS += waitAfter(++tries, THROTTLE);
  expect(tries).toBeLessThan(120);
});

test("more failures never shorten the wait", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), fc.nat(100), (failures, more) => {
      expect(waitAfter(failures + more, THROTTLE)).toBeGreaterThanOrEqual(waitAfter(failures, THROTTLE));
    }),
  );
});
