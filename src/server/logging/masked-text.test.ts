import fc from "fast-check";
import { expect, test } from "vitest";
import { maskedText } from "./masked-text.ts";

test.each<[string, string, string]>([
  // written                                      logged                                        why
  ["from 49301234567 to 491711234567", "from 4930123**** to 49171123****", "E.164 without a plus"],
  ["+493012345678", "+49301234****", "with one"],
  ["+49 (30) 1234-5678", "+49 (30) 1234-****", "as people write it"],
  ["sip:0049301234567@10.0.0.1:5060", "sip:004930123****@10.0.0.1:5060", "in an address"],
  ["8#493012345678", "8#49301234****", "behind a technical prefix"],
  ["user4930123456", "user493012****", "a user who is named by a number"],
  ["called 4930123456.", "called 493012****.", "at the end of a sentence"],
  ["0191f2c4-1234-7abc-8def-123456789012", "0191f2c4-1234-7abc-8def-123456789012", "a UUID is nobody's"],
  ["12345678-1234-7123-8123-123456789012", "12345678-1234-7123-8123-123456789012", "nor is one without letters"],
  ["a0b1c2d3e4f567890123456789@host", "a0b1c2d3e4f567890123456789@host", "nor a Call-ID in hexadecimal"],
  ["cdr-20261122.csv, cdr_20261122235959.gz", "cdr-20261122.csv, cdr_20261122235959.gz", "files by their time"],
  ["cdr-20261390.csv", "cdr-2026****.csv", "no date"],
  [
    "channel 1763802568.123, 123456789.99 EUR",
    "channel 1763802568.123, 123456789.99 EUR",
    "seconds since 1970, amounts",
  ],
  ["port 65535, 123456 rows, called 112", "port 65535, 123456 rows, called 112", "too short"],
])("%s is logged as %s (%s)", (written, logged) => {
  expect(maskedText(written)).toBe(logged);
});

test("no number of 7 to 15 digits is whole afterwards, wherever in a sentence it stands", () => {
  const anyNumber = fc.stringMatching(/^[1-9]\d{6,14}$/);
  const anyWords = fc.stringMatching(/^[g-z :,@"<>=]{0,12}$/);
  fc.assert(
    fc.property(anyWords, anyNumber, anyWords, (before, number, after) => {
      fc.pre(!/^20[2-9]/.test(number)); // dates of 14 digits and such a number look the same
      expect(maskedText(`${before}${number}${after}`)).not.toContain(number);
    }),
  );
});

test("a text without digits stays as it is", () => {
  fc.assert(fc.property(fc.stringMatching(/^\D*$/), (text) => maskedText(text) === text));
});

test("hostile texts take no time", () => {
  for (const text of ["1-".repeat(50_000), "a1-".repeat(40_000), "+1 ".repeat(40_000), "20261122".repeat(12_000)])
    expect(maskedText(text).length).toBe(text.length);
});
