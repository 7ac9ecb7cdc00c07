import { expect, test } from "vitest";
import { type Currency, parseCurrency } from "./currency.ts";
import { parseDecimal } from "./decimal.ts";
import { convert, exchangeTable, findConversion } from "./exchange.ts";
import { formatFraction } from "./fraction.ts";
import { nanosFromSql, nanosToSql } from "./nanos.ts";

const code = (text: string): Currency => parseCurrency(text)!;
const published = (base: string, quote: string, rate: string, effectiveDate: string) => {
  return { base: code(base), quote: code(quote), rate: parseDecimal(rate)!, effectiveDate };
};

/** As a central bank publishes: one euro is so many of the others, on working days. */
const table = exchangeTable(
  [
    published("EUR", "USD", "1.0800", "2026-03-02"),
    published("EUR", "USD", "1.0850", "2026-03-03"),
    published("EUR", "JPY", "162.50", "2026-03-02"),
    published("EUR", "KWD", "0.3", "2026-03-02"),
    published("GBP", "USD", "1.2500", "2026-03-02"),
    published("EUR", "CHF", "0.9", "2026-01-05"),
    published("EUR", "CHF", "0.95", "2026-01-05"),
  ],
  { pivot: code("EUR"), ageDaysMax: 7 },
);

test.each<[string, string, string, string, string]>([
  // from  to     date          rate          why
  ["USD", "USD", "2026-03-02", "1", "one currency needs no rate"],
  ["EUR", "USD", "2026-03-02", "27/25", "a published rate"],
  ["EUR", "USD", "2026-03-03", "217/200", "the next day's"],
  ["EUR", "USD", "2026-03-08", "217/200", "a Sunday has the latest before it"],
  ["EUR", "USD", "2026-03-11", "missing", "eight days old: a feed that stopped prices nothing"],
  ["EUR", "USD", "2026-03-01", "missing", "before the first"],
  ["USD", "EUR", "2026-03-02", "25/27", "the inverse, exactly"],
  ["USD", "JPY", "2026-03-02", "8125/54", "crossed over the pivot: 162.5 / 1.08"],
  ["GBP", "USD", "2026-03-02", "5/4", "the pair's own rate comes before any cross rate"],
  ["GBP", "JPY", "2026-03-02", "missing", "no rate between GBP and the pivot"],
  ["EUR", "CHF", "2026-01-05", "19/20", "of two rates for one day, the one published last"],
])("%s to %s on %s is %s (%s)", (from, to, date, expected) => {
  const found = findConversion(table, { from: code(from), to: code(to), date });
  expect(found.kind === "conversion" ? formatFraction(found.rate) : "missing").toBe(expected);
});

test("a conversion names the published rates that it was made of", () => {
  const found = findConversion(table, { from: code("USD"), to: code("JPY"), date: "2026-03-02" });
  const legs =
    found.kind === "conversion" && found.legs.map(({ published: { base, quote }, inverse }) => [base, quote, inverse]);
  expect(legs).toEqual([
    ["EUR", "USD", true],
    ["EUR", "JPY", false],
  ]);
});

test.each<[string, string, string, number, string, string]>([
  // amount to     expected   decimals  mode   why
  ["1", "JPY", "150", 0, "half-up", "150.46… to the digits of the yen"],
  ["1", "JPY", "151", 0, "up", "by the named mode"],
  ["0.01", "KWD", "0.003", 3, "half-up", "three digits: .00277…"],
  ["-1", "JPY", "-151", 0, "up", "a credit mirrors the charge"],
  ["1000000", "EUR", "925925.925925926", 9, "half-up", "exact but for the last digit, whatever the size"],
])("%s USD is so many %s: %s (%i decimals, %s: %s)", (amount, to, expected, decimals, rounding) => {
  const found = findConversion(table, { from: code("USD"), to: code(to), date: "2026-03-02" });
  if (found.kind !== "conversion") throw new Error("the rate is published");
  const terms = { decimals, rounding: rounding as "up" | "half-up" };
  expect(nanosToSql(convert(nanosFromSql(amount), found, terms))).toBe(expected);
});
