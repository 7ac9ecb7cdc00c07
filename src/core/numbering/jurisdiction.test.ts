import fc from "fast-check";
import { expect, test } from "vitest";
import { AREA_CODES_ALONE, exchangeStates, isState, type Jurisdiction, jurisdictionOf } from "./jurisdiction.ts";
import { STATE_AREA_CODES } from "./nanp-area-codes.ts";
import type { E164 } from "./number.ts";

fc.configureGlobal({ seed: 42 });

const EXCHANGES = exchangeStates([
  { npaNxx: "917555", state: "NJ" },
  { npaNxx: "212700", state: "PR" },
  { npaNxx: "600200", state: "CA" },
]);

test.each<[string | null, string, Jurisdiction, string]>([
  // caller        called         jurisdiction      why
  ["12125550100", "17185550100", "intrastate", "two area codes of New York"],
  ["12125550100", "12015550100", "interstate", "New York to New Jersey, a mile away"],
  ["19725550100", "12145550100", "intrastate", "an overlay in one city of Texas"],
  ["12025550100", "13015550100", "interstate", "the capital is no part of Maryland"],
  ["18005550100", "12125550100", "indeterminate", "a toll-free caller has no place"],
  ["18335550100", "12125550100", "indeterminate", "nor has one of the newer toll-free codes"],
  ["15005550100", "12125550100", "indeterminate", "personal numbers have no place"],
  [null, "12125550100", "indeterminate", "a caller who withholds the number"],
  ["442079460000", "12125550100", "indeterminate", "a caller from abroad"],
  ["1212555010", "12125550100", "indeterminate", "a digit is missing"],
  ["14165550100", "12125550100", "indeterminate", "Canada is no state"],
  ["12125550100", "18765550100", "indeterminate", "Jamaica neither, though dialled like one"],
  ["17875550100", "17875550101", "indeterminate", "a territory, even within it"],
  ["12125550100", "18885550100", "indeterminate", "a toll-free called number"],
  ["19175550100", "12015550100", "intrastate", "the table says NJ of an exchange whose area code is NY's"],
  ["12127000100", "12125550100", "indeterminate", "the table says that an exchange is in no state"],
  ["16002000100", "12135550100", "intrastate", "the table knows an area code that is not built in"],
])("from %s to %s is %s (%s)", (calling, called, expected) => {
  expect(jurisdictionOf(EXCHANGES, calling as E164 | null, called as E164)).toBe(expected);
});

test("fifty states and the capital, each area code in one of them", () => {
  const areaCodes = Object.values(STATE_AREA_CODES).flatMap((codes) => codes.split(" "));
  expect(Object.keys(STATE_AREA_CODES)).toHaveLength(51);
  expect(new Set(areaCodes).size).toBe(areaCodes.length);
  expect(areaCodes.every((code) => /^[2-9]\d\d$/.test(code) && !/^[58](\d)\1$/.test(code))).toBe(true);
  expect([isState("NY"), isState("PR"), isState("constructor")]).toEqual([true, false, false]);
});

test("the jurisdiction is that of a search through the lists", () => {
  const anyNumber = fc
    .tuple(fc.constantFrom("212", "718", "201", "416", "787", "800", "305", "941"), fc.stringMatching(/^\d{7}$/))
    .map(([npa, rest]) => `1${npa}${rest}` as E164);
  const naive = (number: string) =>
    Object.entries(STATE_AREA_CODES).find(([, codes]) => codes.split(" ").includes(number.slice(1, 4)))?.[0];
  fc.assert(
    fc.property(fc.option(anyNumber), anyNumber, (calling, called) => {
      const [from, to] = [calling === null ? undefined : naive(calling), naive(called)];
      const expected = !(from && to) ? "indeterminate" : from === to ? "intrastate" : "interstate";
      expect(jurisdictionOf(AREA_CODES_ALONE, calling, called)).toBe(expected);
    }),
  );
});
