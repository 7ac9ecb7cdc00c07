import { describe, expect, test } from "vitest";
import { Problem } from "../problem.ts";
import { countryOf } from "./country.ts";
import { compileNumberPlan, DEFAULT_NUMBER_RULES, type NumberRules } from "./number-plan.ts";
import { expandShortCode, shortCodesOf } from "./short-codes.ts";

describe("number rules that contradict themselves", () => {
  test.each<[Partial<NumberRules>, string]>([
    [{ defaultCountry: "UK" }, 'no country "UK"'],
    [{ internationalPrefixes: ["00", "+"] }, 'prefix "+"'],
    [{ nationalPrefix: "(0)" }, 'prefix "(0)"'],
    [{ techPrefixes: ["+44"] }, 'tech prefix "+44"'],
    [{ shortCodes: ["1"] }, 'short code "1"'],
    [{ shortCodes: ["xxxxx"] }, 'short code "xxxxx"'],
  ])("%o", (rules, said) => {
    expect(() => compileNumberPlan({ ...DEFAULT_NUMBER_RULES, ...rules })).toThrow(Problem);
    expect(() => compileNumberPlan({ ...DEFAULT_NUMBER_RULES, ...rules })).toThrow(said);
  });
});

test("longer prefixes are tried first", () => {
  const plan = compileNumberPlan({ ...DEFAULT_NUMBER_RULES, internationalPrefixes: ["00", "00700", "001"] });
  expect(plan.internationalPrefixes).toEqual(["00700", "001", "00"]);
});

test.each([
  ["GB", "44", "0"],
  ["US", "1", "1"],
  ["IT", "39", ""],
  ["HU", "36", "06"],
  ["RU", "7", "8"],
  ["XK", "383", "0"],
])("%s has code %s and national prefix %s", (iso, callingCode, nationalPrefix) => {
  expect(countryOf(iso)).toMatchObject({ callingCode, nationalPrefix });
});

test("a short code pattern stands for all its digits", () => {
  expect(expandShortCode("14x")).toHaveLength(10);
  expect(expandShortCode("116xxx")).toContain("116117");
  expect(expandShortCode("112")).toEqual(["112"]);
});

test("every country reaches 112 and 911, and countries of one plan share its codes", () => {
  expect(shortCodesOf(null, "")).toEqual(new Set(["112", "911"]));
  expect(shortCodesOf("JM", "1").has("411")).toBe(true);
  expect(shortCodesOf("JE", "44").has("999")).toBe(true);
});
