import { expect, test } from "vitest";
import { type Currency, parseCurrency } from "../../core/money/currency.ts";
import { parseDecimal, ZERO } from "../../core/money/decimal.ts";
import { nanosFromSql } from "../../core/money/nanos.ts";
import { isLocale, localeFormat } from "./locale-format.ts";

const currencyOf = (code: string) => parseCurrency(code) as Currency;
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

test.each<[string, string, string, string, string, string]>([
  // locale currency amount                  money                            exact money           why
  ["en-US", "USD", "1234.5", "USD 1,234.50", "USD 1,234.50", "the code, since $ is many currencies"],
  ["de-DE", "EUR", "1234.567891", "1.234,57 EUR", "1.234,567891 EUR", "decimal comma, code behind"],
  ["fr-FR", "EUR", "-0.002", "-0,00 EUR", "-0,002 EUR", "residues below a cent"],
  ["ja-JP", "JPY", "1234.4", "JPY 1,234", "JPY 1,234.4", "no digits"],
  ["en-GB", "KWD", "1.5", "KWD 1.500", "KWD 1.500", "three digits"],
  ["en-GB", "CLF", "1.5", "CLF 1.5000", "CLF 1.5000", "four digits"],
  ["hi-IN", "INR", "12345678", "INR 1,23,45,678.00", "INR 1,23,45,678.00", "lakh and crore"],
  [
    "en-US",
    "VND",
    "123456789012345678.123456789",
    "VND 123,456,789,012,345,678",
    "VND 123,456,789,012,345,678.123456789",
    "27 digits pass exactly: a float holds 15",
  ],
])("%s writes %s %s as %s and %s", (locale, code, amount, money, exact) => {
  const format = localeFormat(locale);
  expect(plain(format.money(nanosFromSql(amount), currencyOf(code)))).toBe(money);
  expect(plain(format.exactMoney(nanosFromSql(amount), currencyOf(code)))).toBe(exact);
});

test.each<[string, string, string]>([
  ["0.05", "0.05", "two decimals at least"],
  ["0.1", "0.10", "filled up"],
  ["0.000000000000000125", "0.000000000000000125", "every decimal that a rate may have"],
])("a rate of %s is written %s", (rate, written) => {
  expect(localeFormat("en-GB").rate(parseDecimal(rate) ?? ZERO)).toBe(written);
});

test.each<[string, string, string, string]>([
  // locale  date                periods                  why
  ["en-GB", "1 March 2026", "1 – 31 March 2026", "the last day, not the day after it"],
  ["en-US", "March 1, 2026", "March 1 – 31, 2026", "month first"],
  ["ja-JP", "2026年3月1日", "2026/03/01～2026/03/31", "year first"],
  ["ar-SA", "١ مارس ٢٠٢٦", "١–٣١ مارس ٢٠٢٦", "the common calendar also where another is usual"],
])("%s writes a date as %s and March as %s", (locale, date, dates) => {
  const format = localeFormat(locale);
  const [start, end] = [Temporal.PlainDate.from("2026-03-01"), Temporal.PlainDate.from("2026-04-01")];
  expect(format.date(start)).toBe(date);
  expect(format.dates(start, end).replaceAll("\u2009", " ")).toBe(dates);
});

test("what is not a locale is none", () => {
  expect(["en", "de-AT", "ar-EG", "not a locale", "", "xx-XX"].map(isLocale)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
