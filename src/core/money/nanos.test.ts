import fc from "fast-check";
import { expect, test } from "vitest";
import { allocate } from "./allocate.ts";
import { currencyDigits, parseCurrency } from "./currency.ts";
import { parseDecimal } from "./decimal.ts";
import { nanos, nanosFromDecimal, nanosFromSql, nanosToSql, roundNanos } from "./nanos.ts";

fc.configureGlobal({ seed: 42 });

const anyNanos = fc.bigInt(-(10n ** 27n), 10n ** 27n).map(nanos);

test.each<[string, bigint, string]>([
  ["12", 12_000_000_000n, "whole units"],
  ["0.04", 40_000_000n, "decimals"],
  ["-0.000000001", -1n, "the smallest debit"],
  ["9999999999999999999.999999999", 9_999_999_999_999_999_999_999_999_999n, "the largest numeric(28,9)"],
])("%s is %d nanos (%s)", (text, value) => {
  expect(nanosFromSql(text)).toBe(value);
  expect(nanosToSql(nanos(value))).toBe(text);
});

test("what goes to the database comes back", () => {
  fc.assert(
    fc.property(anyNanos, (value) => {
      expect(nanosFromSql(nanosToSql(value))).toBe(value);
    }),
  );
});

test.each([["1e3"], ["1,5"], ["NaN"], ["0.0000000001"], [""]])("%j from the database is a bug", (text) => {
  expect(() => nanosFromSql(text)).toThrow("plain decimal");
});

test("a decimal finer than a nano is rounded once", () => {
  expect(nanosFromDecimal(parseDecimal("0.0000000015")!, "half-even")).toBe(2n);
  expect(nanosFromDecimal(parseDecimal("0.0000000015")!, "down")).toBe(1n);
  expect(roundNanos(nanosFromSql("0.0417"), 2, "half-up")).toBe(nanosFromSql("0.04"));
});

test.each<[string, number | undefined]>([
  ["JPY", 0],
  ["USD", 2],
  ["KWD", 3],
  ["CLF", 4],
  ["usd", undefined],
  ["ABC", undefined],
])("%s has %s digits", (text, digits) => {
  const currency = parseCurrency(text);
  expect(currency && currencyDigits(currency)).toBe(digits);
});

test.each<[bigint, bigint[], bigint[], string]>([
  [100n, [1n, 1n, 1n], [34n, 33n, 33n], "what is left goes to the first of equal remainders"],
  [-100n, [1n, 1n, 1n], [-34n, -33n, -33n], "a credit mirrors the charge"],
  [7n, [0n, 1n], [0n, 7n], "no weight, no share"],
  [5n, [1n, 2n, 3n], [1n, 2n, 2n], ".83, 1.67, 2.5: the largest remainders"],
  [0n, [3n, 4n], [0n, 0n], "nothing to share"],
])("%s by %s is %s (%s)", (total, weights, shares) => {
  expect(allocate(nanos(total), weights)).toEqual(shares);
});

test("allocation neither loses nor invents a nano, and no share is off by a whole one", () => {
  const anyWeights = fc
    .array(fc.bigInt(0n, 10n ** 12n), { minLength: 1, maxLength: 20 })
    .filter((weights) => weights.some((weight) => weight > 0n));
  fc.assert(
    fc.property(anyNanos, anyWeights, (total, weights) => {
      const shares = allocate(total, weights);
      const weightSum = weights.reduce((sum, weight) => sum + weight, 0n);
      expect(shares.reduce<bigint>((sum, share) => sum + share, 0n)).toBe(total);
      for (const [index, share] of shares.entries()) {
        const off = share * weightSum - total * weights[index]!;
        expect(off < weightSum && -off < weightSum).toBe(true);
      }
    }),
  );
});
