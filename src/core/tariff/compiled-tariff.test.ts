import fc from "fast-check";
import { expect, test } from "vitest";
import { anyPriceTerms, anyTariffVersion } from "../../../test/support/any-rating.ts";
import { parseDecimal } from "../money/decimal.ts";
import { parseE164 } from "../numbering/number.ts";
import { epochMs } from "../time/epoch.ts";
import { buildTable, compileTariff, destinationOf, findRate, tariffFromTable } from "./compiled-tariff.ts";
import { compilePrice } from "./price.ts";
import type { Rate } from "./rate.ts";

fc.configureGlobal({ seed: 42 });

const TERMS = fc.sample(anyTariffVersion, { numRuns: 1, seed: 1 })[0]!.terms;
const PRICE = fc.sample(anyPriceTerms, { numRuns: 1, seed: 1 })[0]!;

const anyPrefix = fc.array(fc.constantFrom("1", "2", "4", "7"), { maxLength: 6 }).map((digits) => digits.join(""));
const rateOf = (prefix: string): Rate => {
  const when = { window: null, effectiveFrom: epochMs(0), effectiveTo: null };
  return { ...PRICE, ...when, prefix, destination: `to ${prefix}`, blocked: false };
};

test("the longest prefix wins, whatever else is in the deck and in whatever order it came", () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyPrefix, { minLength: 1, maxLength: 200 }), anyPrefix, (prefixes, rest) => {
      const terms = { ...TERMS, windows: [] };
      const tariff = compileTariff({ tariffId: "t", number: 1, terms, rates: prefixes.map(rateOf), derivation: null });
      const called = parseE164(`4${rest}777`)!;
      const oracle = prefixes.filter((prefix) => called.startsWith(prefix)).sort((a, b) => b.length - a.length)[0];
      const found = findRate(tariff, called, 0);
      expect(found && destinationOf(found)).toBe(oracle === undefined ? null : `to ${oracle}`);
      expect(found?.prefixLength).toBe(oracle?.length);
    }),
    { numRuns: 500 },
  );
});

test("a table is plain data: it can be made in another thread and handed over", () => {
  const table = structuredClone(buildTable({ ...TERMS, windows: [] }, [rateOf("44"), rateOf("4477")]));
  const tariff = tariffFromTable({ tariffId: "t", number: 1, terms: TERMS, derivation: null }, table);
  expect(findRate(tariff, parseE164("447712345")!, 1)?.prefixLength).toBe(4);
});

test("codes of one destination and price share one row, so that 200,000 of them take a few MB", () => {
  const rates = Array.from({ length: 10_000 }, (_, index) => ({ ...rateOf(`44${10_000 + index}`), destination: "UK" }));
  const table = buildTable({ ...TERMS, windows: [] }, rates);
  expect(table.prefixCount).toBe(10_000);
  expect([table.prices.length, table.destinations.length, table.runs.length]).toEqual([1, 1, 5]);
});

test.each<[string, Partial<Rate>, string]>([
  ["a negative rate", { ratePerUnit: parseDecimal("-1")! }, "a rate is not negative"],
  ["a step of 0 seconds", { increments: { firstS: 30, nextS: 0 } }, "whole seconds from 1 on"],
  ["half a second", { increments: { firstS: 0.5, nextS: 1 } }, "the first increment is whole seconds"],
  ["a unit of 0 seconds", { unitS: 0 }, "whole seconds from 1 on"],
  [
    "a slot at the start",
    { slots: [{ fromS: 0, ratePerUnit: parseDecimal("1")!, unitS: 60, stepS: 1 }] },
    "rising order",
  ],
  ["a negative fee", { connectFee: parseDecimal("-1")! }, "fees and cost bounds are not negative"],
])("%s is a bug of what published it", (_, broken, message) => {
  expect(() => compilePrice({ ...rateOf("44"), ...broken })).toThrow(message);
});

test("a prefix that is no number, and a window that the tariff does not have, are bugs of what published them", () => {
  expect(() => buildTable(TERMS, [rateOf("+44")])).toThrow("a prefix is up to 15 digits");
  expect(() => buildTable(TERMS, [{ ...rateOf("44"), window: "nowhere" }])).toThrow('window "nowhere"');
});
