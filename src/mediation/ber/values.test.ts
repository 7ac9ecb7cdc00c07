import { expect, test } from "vitest";
import { type BerElement, parseElement } from "./element.ts";
import { bcdOf, integerOf, octetsOf, smallIntegerOf, textOf } from "./values.ts";

function element(hex: string): BerElement {
  const parsed = parseElement(Uint8Array.fromHex(hex.replaceAll(" ", "")));
  if ("fault" in parsed) throw new Error(parsed.fault);
  return parsed;
}

test.each<[string, bigint | null, string]>([
  // element                  value                why
  ["41 01 00", 0n, "zero"],
  ["41 02 00 ff", 255n, "a zero in front keeps it positive"],
  ["41 01 ff", -1n, "two's complement"],
  ["41 08 7f ff ff ff ff ff ff ff", 9_223_372_036_854_775_807n, "more than a double holds"],
  ["41 00", null, "an integer has an octet at least"],
  ["61 03 02 01 05", null, "an integer is primitive"],
  [`41 11 ${"00".repeat(17)}`, null, "longer than any amount"],
])("%s is the integer %s (%s)", (hex, value) => {
  expect(integerOf(element(hex))).toBe(value);
});

test("an integer that a number does not hold exactly is none", () => {
  expect(smallIntegerOf(element("41 07 1f ff ff ff ff ff ff"))).toBe(Number.MAX_SAFE_INTEGER);
  expect(smallIntegerOf(element("41 07 20 00 00 00 00 00 00"))).toBeNull();
});

test.each<[string, string | null, string]>([
  // element                                      text    why
  ["41 03 61 62 63", "abc", "primitive"],
  ["61 0b 04 02 61 62 24 05 04 00 04 01 63", "abc", "in segments, one of them in segments again"],
  ["61 80 04 01 61 04 01 62 00 00", "ab", "in segments of indefinite length"],
  ["61 03 02 01 61", null, "a segment is an OCTET STRING"],
  ["41 03 20 41 20", "A", "blanks around it do not count"],
])("%s is the text %s (%s)", (hex, text) => {
  expect(textOf(element(hex))).toBe(text);
});

test.each<[string, string, string]>([
  // element          digits     why
  ["41 02 44 77", "4477", "the first digit in the higher half"],
  ["41 02 44 7f", "447", "an odd number of digits is filled up"],
  ["41 00", "", "no digits"],
])("%s is the digits %s (%s)", (hex, digits) => {
  expect(bcdOf(element(hex))).toBe(digits);
});

test("a value that is no string has no octets", () => {
  expect(octetsOf(element("61 03 02 01 61"))).toBeNull();
});
