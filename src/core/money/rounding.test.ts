import { Decimal as Oracle } from "decimal.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { divideRounded, divideRoundedSafe, ROUNDING_MODES, type RoundingMode } from "./rounding.ts";

fc.configureGlobal({ seed: 42 });

const ORACLE: Record<RoundingMode, Oracle.Rounding> = {
  up: Oracle.ROUND_UP,
  down: Oracle.ROUND_DOWN,
  "half-up": Oracle.ROUND_HALF_UP,
  "half-even": Oracle.ROUND_HALF_EVEN,
};
const anyMode = fc.constantFrom(...ROUNDING_MODES);

test.each<[bigint, bigint, bigint, bigint, bigint, bigint, string]>([
  // value    up   down  half-up half-even  why
  [25n, 10n, 3n, 2n, 3n, 2n, "a tie: away, or to the even neighbour below"],
  [35n, 10n, 4n, 3n, 4n, 4n, "a tie: to the even neighbour above"],
  [-25n, 10n, -3n, -2n, -3n, -2n, "a credit mirrors the charge"],
  [24n, 10n, 3n, 2n, 2n, 2n, "below the tie"],
  [26n, 10n, 3n, 2n, 3n, 3n, "above the tie"],
  [20n, 10n, 2n, 2n, 2n, 2n, "exact: no mode changes it"],
  [0n, 10n, 0n, 0n, 0n, 0n, "nothing stays nothing"],
  [1n, 3n, 1n, 0n, 0n, 0n, "an endless fraction"],
])("%d / %d is %d up, %d down, %d half-up, %d half-even (%s)", (value, by, up, down, halfUp, halfEven) => {
  expect(divideRounded(value, by, "up")).toBe(up);
  expect(divideRounded(value, by, "down")).toBe(down);
  expect(divideRounded(value, by, "half-up")).toBe(halfUp);
  expect(divideRounded(value, by, "half-even")).toBe(halfEven);
});

test("a quotient is rounded as decimal.js rounds it", () => {
  const Exact = Oracle.clone({ precision: 120, toExpPos: 100 });
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.bigInt(1n, 10n ** 12n), anyMode, (value, by, mode) => {
      const oracle = new Exact(value.toString()).div(by.toString()).toDecimalPlaces(0, ORACLE[mode]);
      expect(divideRounded(value, by, mode)).toBe(BigInt(oracle.toString()));
    }),
    { numRuns: 2_000 },
  );
});

test("plain numbers round as big integers do, up to 2⁵³", () => {
  const anyValue = fc.oneof(fc.maxSafeNat(), fc.integer({ min: 0, max: 1_000 }));
  const anyDivisor = fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constantFrom(60e9, 6e6, 420e3), fc.maxSafeNat());
  fc.assert(
    fc.property(anyValue, anyDivisor, anyMode, (value, divisor, mode) => {
      const by = Math.max(1, divisor);
      if (value + by >= Number.MAX_SAFE_INTEGER) return;
      expect(BigInt(divideRoundedSafe(value, by, mode))).toBe(divideRounded(BigInt(value), BigInt(by), mode));
    }),
    { numRuns: 20_000 },
  );
});

test("a denominator that is not positive is a bug", () => {
  expect(() => divideRounded(1n, 0n, "up")).toThrow("denominator is positive");
  expect(() => divideRounded(1n, -1n, "up")).toThrow("denominator is positive");
});
