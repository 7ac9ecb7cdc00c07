import { Decimal as Oracle } from "decimal.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addDecimal,
  compareDecimal,
  type Decimal,
  formatDecimal,
  multiplyDecimal,
  parseDecimal,
  roundDecimal,
} from "./decimal.ts";
import { ROUNDING_MODES } from "./rounding.ts";

fc.configureGlobal({ seed: 42 });

const Exact = Oracle.clone({ precision: 120, toExpNeg: -100, toExpPos: 100 });
const anyDecimal: fc.Arbitrary<Decimal> = fc.record({
  units: fc.bigInt(-(10n ** 20n), 10n ** 20n),
  scale: fc.integer({ min: 0, max: 18 }),
});
const oracle = (value: Decimal) => new Exact(formatDecimal(value));

test.each<[string, string | undefined, string]>([
  ["0.0231", "0.0231", "as decks write rates"],
  [".05", "0.05", "no digit before the point"],
  ["5.", "5", "none after it"],
  ["-0.50", "-0.5", "a sign, and zeros that say nothing"],
  ["1.5E-3", "0.0015", "as spreadsheets write small rates"],
  ["2e3", "2000", "and large ones"],
  ["0.000", "0", "zero has no scale"],
  ["0.0000000000000000019", undefined, "more decimals than a rate may have"],
  ["1,5", undefined, "a decimal comma is for the deck's template to resolve"],
  ["1 000", undefined, "so is a separator of thousands"],
  ["", undefined, "an empty cell is no number"],
  [".", undefined, "nor is a point alone"],
  ["0x10", undefined, "nor is hexadecimal"],
  ["NaN", undefined, "nor is a word"],
])("%j reads as %j (%s)", (text, expected) => {
  const value = parseDecimal(text);
  expect(value && formatDecimal(value)).toBe(expected);
});

test("what is written is read back", () => {
  fc.assert(
    fc.property(anyDecimal, (value) => {
      expect(compareDecimal(parseDecimal(formatDecimal(value))!, value)).toBe(0);
    }),
  );
});

test("sums, products and comparisons are decimal.js's, to the last digit", () => {
  fc.assert(
    fc.property(anyDecimal, anyDecimal, (a, b) => {
      expect(oracle(addDecimal(a, b)).eq(oracle(a).plus(oracle(b)))).toBe(true);
      expect(oracle(multiplyDecimal(a, b)).eq(oracle(a).times(oracle(b)))).toBe(true);
      expect(compareDecimal(a, b)).toBe(oracle(a).cmp(oracle(b)));
    }),
  );
});

test("rounding to some decimals is decimal.js's", () => {
  const modes = { up: 0, down: 1, "half-up": 4, "half-even": 6 } as const;
  const anyMode = fc.constantFrom(...ROUNDING_MODES);
  fc.assert(
    fc.property(anyDecimal, fc.integer({ min: 0, max: 18 }), anyMode, (value, scale, mode) => {
      const rounded = oracle(roundDecimal(value, scale, mode));
      expect(rounded.eq(oracle(value).toDecimalPlaces(scale, modes[mode]))).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
