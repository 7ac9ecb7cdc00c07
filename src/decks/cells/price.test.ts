import { expect, test } from "vitest";
import { formatDecimal } from "../../core/money/decimal.ts";
import { type DecimalMark, detectDecimalMark, parsePrice } from "./price.ts";

test.each<[string, DecimalMark, string | undefined, number, string]>([
  ["0.0231", ".", "0.0231", 4, "plain"],
  [".05", ".", "0.05", 2, "no zero before the point"],
  ["1.2000", ".", "1.2", 4, "trailing zeros are remembered as written"],
  ["1200", ".", "1200", 0, "no decimals"],
  ["0,0231", ",", "0.0231", 4, "decimal comma"],
  ["$0.21", ".", "0.21", 2, "a sign before"],
  ["USD 0.21", ".", "0.21", 2, "a code before"],
  ["0,21 €", ",", "0.21", 2, "a sign behind"],
  ["0.21 USD/min", ".", "0.21", 2, "a unit behind"],
  ["1,234.50", ".", "1234.5", 2, "thousands"],
  ["1.234,50", ",", "1234.5", 2, "thousands, continental"],
  ["1 234.5", ".", "1234.5", 1, "thousands by a blank"],
  ["-1", ".", "-1", 0, "the sign stays"],
  ["2.31E-02", ".", "0.0231", 4, "scientific, as spreadsheets write small prices"],
  ["0,117", ".", undefined, 0, "a comma where the deck has points"],
  ["12abc", ".", undefined, 0, "no currency"],
  ["5%", ".", undefined, 0, "a share is no price"],
])("%s under %s is %s with %i decimals (%s)", (text, mark, expected, decimals) => {
  const price = parsePrice(text, mark);
  expect(price && formatDecimal(price.amount)).toBe(expected);
  expect(price?.writtenDecimals ?? 0).toBe(decimals);
});

test.each<[string[], DecimalMark | undefined, string]>([
  [["0.1", "0.21"], ".", "points"],
  [["0,1", "0,21"], ",", "commas"],
  [["1,234", "0,117"], ",", "a lone zero before the comma: no thousands"],
  [["1,234.5", "2,345.6"], ".", "the last mark is the decimal one"],
  [["1.234.567,8"], ",", "a mark that repeats is not"],
  [["1.200", "2.300"], ".", "prices are small: points that could be both are decimal"],
  [["1,234", "2,345"], undefined, "commas that could be both"],
  [["1", "2"], ".", "no marks"],
])("%j has the decimal mark %s (%s)", (texts, expected) => {
  expect(detectDecimalMark(texts)).toBe(expected);
});
