import { expect, test } from "vitest";
import { invoiceNumber, numberSeries, parseNumberPattern } from "./invoice-number.ts";

const MARCH = Temporal.PlainDate.from("2026-03-31");

test.each<[string, bigint, string, string, string]>([
  // pattern                  counter  number              series             why
  ["INV-{year}-{number:5}", 42n, "INV-2026-00042", "INV-2026-#", "a counter a year"],
  ["{number}", 7n, "7", "#", "one counter for ever"],
  ["{year}{month}/{number:3}", 1n, "202603/001", "202603/#", "a counter a month"],
  ["RE-{number:2}", 1234n, "RE-1234", "RE-#", "more digits than the padding are kept"],
])("%s", (text, counter, number, series) => {
  const pattern = parseNumberPattern(text);
  expect(pattern && invoiceNumber(pattern, MARCH, counter)).toBe(number);
  expect(pattern && numberSeries(pattern, MARCH)).toBe(series);
});

test.each<[string, string]>([
  ["INV-{year}", "no counter: every invoice would have one number"],
  ["{number}-{number}", "two counters"],
  ["{number}-{day}", "an unknown field"],
  ["{number:0}", "no width"],
  ["{number", "an open brace"],
  ["A#{number}", "# stands for the counter in the name of a series"],
  ["INV {number}", "a blank breaks bank references"],
])("%s is no pattern (%s)", (text) => {
  expect(parseNumberPattern(text)).toBeUndefined();
});
