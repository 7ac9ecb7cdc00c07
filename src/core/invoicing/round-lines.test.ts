import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Nanos, nanos, nanosFromSql, nanosToSql } from "../money/nanos.ts";
import { ROUNDING_MODES } from "../money/rounding.ts";
import { roundLines } from "./round-lines.ts";

const rounded = (per: "total" | "line", digits: number, exact: string, carried = "0") => {
  const amounts = exact.split(" ").map(nanosFromSql);
  const lines = roundLines(amounts, { per, mode: "half-up", digits, carried: nanosFromSql(carried) });
  return `${lines.amounts.map(nanosToSql).join(" ")} = ${nanosToSql(lines.total)}`;
};

test.each<["total" | "line", number, string, string, string]>([
  // per    digits exact                     shown                     why
  ["total", 2, "0.004 0.004 0.004", "0.01 0 0 = 0.01", "one cent to bill, shown on the first of equals"],
  ["line", 2, "0.004 0.004 0.004", "0 0 0 = 0", "by hand each is nothing: a cent is lost"],
  ["total", 2, "1.005 2.005", "1.01 2 = 3.01", "3.010 exactly; by line it would be 3.02"],
  ["line", 2, "1.005 2.005", "1.01 2.01 = 3.02", "each half goes up"],
  ["total", 2, "10.337 20.339", "10.34 20.34 = 30.68", "nearest where that adds up"],
  ["total", 0, "0.4 0.4 0.4 0.4", "1 1 0 0 = 2", "yen: 1.6 is billed as 2, not as 0"],
  ["line", 0, "0.4 0.4 0.4 0.4", "0 0 0 0 = 0", "yen by line: 1.6 is lost"],
  ["total", 3, "0.0005", "0.001 = 0.001", "dinar have three digits"],
  ["total", 4, "0.00004 0.00004", "0.0001 0 = 0.0001", "CLF has four"],
  ["total", 2, "-0.004 10.008", "-0.01 10.01 = 10", "0.01 is to go: the credit is nearer to it than the charge"],
  ["total", 2, "-1.005", "-1.01 = -1.01", "a credit mirrors a charge"],
  ["total", 2, "5 7", "5 7 = 12", "whole cents stay as they are"],
])("%s at %i digits: %s shows %s (%s)", (per, digits, exact, shown) => {
  expect(rounded(per, digits, exact)).toBe(shown);
});

test("a carried residue is billed once it makes a unit", () => {
  expect(rounded("total", 0, "0.4", "0.4")).toBe("1 = 1");
  expect(rounded("total", 0, "0.4", "-0.4")).toBe("0 = 0");
  expect(rounded("line", 0, "0.4", "0.4")).toBe("0 = 0");
  expect(rounded("total", 2, "5 7", "-0.01")).toBe("5 6.99 = 11.99");
});

describe("laws", () => {
  const anyExact = fc.array(fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }).map(nanos), {
    minLength: 1,
    maxLength: 40,
  });
  const anyDigits = fc.constantFrom(0, 2, 3, 4);
  const anyMode = fc.constantFrom(...ROUNDING_MODES);
  const sum = (values: readonly Nanos[]) => values.reduce((total, value) => total + value, 0n);
  const within = (difference: bigint, bound: bigint) => difference < bound && difference > -bound;

  test("the lines add up to the total, are whole units, and none is off by a unit", () => {
    fc.assert(
      fc.property(anyExact, anyDigits, anyMode, fc.constantFrom("total", "line"), (exact, digits, mode, per) => {
        const unit = 10n ** BigInt(9 - digits);
        const { amounts, total } = roundLines(exact, { per, mode, digits, carried: nanos(0n) });
        expect(sum(amounts)).toBe(total);
        for (const [index, amount] of amounts.entries()) {
          expect(amount % unit).toBe(0n);
          expect(within(amount - (exact[index] ?? 0n), unit)).toBe(true);
        }
      }),
    );
  });

  test("rounding once is off by at most half a unit, however many lines there are", () => {
    fc.assert(
      fc.property(anyExact, anyDigits, (exact, digits) => {
        const { total } = roundLines(exact, { per: "total", mode: "half-up", digits, carried: nanos(0n) });
        expect(within(2n * (total - sum(exact)), 10n ** BigInt(9 - digits) + 1n)).toBe(true);
      }),
    );
  });

  test("carried residues never add up to more than half a unit", () => {
    fc.assert(
      fc.property(fc.array(anyExact, { maxLength: 10 }), anyDigits, (invoices, digits) => {
        let carried = nanos(0n);
        for (const exact of invoices) {
          const { total } = roundLines(exact, { per: "total", mode: "half-up", digits, carried });
          carried = nanos(carried + sum(exact) - total);
          expect(within(2n * carried, 10n ** BigInt(9 - digits) + 1n)).toBe(true);
        }
      }),
    );
  });
});
