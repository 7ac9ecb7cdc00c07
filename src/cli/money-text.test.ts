import { describe, expect, test } from "vitest";
import type { Currency } from "../core/money/currency.ts";
import { nanos } from "../core/money/nanos.ts";
import { amountText, exactText } from "./money-text.ts";

describe("amountText", () => {
  // biome-ignore format: a table reads by its columns
  test.each<[bigint, string, string, string]>([
    // nanos            currency  text         why
    [25_000_000_000n,   "EUR",    "25.00",     "two decimals as on an invoice"],
    [25_000_000_000n,   "JPY",    "25",        "a currency without decimals"],
    [25_000_000_000n,   "KWD",    "25.000",    "a currency with three"],
    [7_475_000n,        "EUR",    "0.007475",  "never rounded"],
    [-500_000_000n,     "EUR",    "-0.50",     "below zero"],
  ])("%i of %s is %s (%s)", (units, currency, text) => {
    expect(amountText(nanos(units), currency as Currency)).toBe(text);
  });
});

describe("exactText", () => {
  // biome-ignore format: a table reads by its columns
  test.each<[string, string, string]>([
    // fraction      text                    why
    ["299/40000",    "0.007475",             "its decimals end"],
    ["1/24",         "1/24",                 "its decimals never end"],
    ["3",            "3",                    "a whole number"],
    ["-1/8",         "-0.125",               "below zero"],
    ["1/524288",     "1/524288",             "ends after nineteen decimals, more than anybody reads"],
  ])("%s is shown as %s (%s)", (fraction, text) => {
    expect(exactText(fraction)).toBe(text);
  });
});
