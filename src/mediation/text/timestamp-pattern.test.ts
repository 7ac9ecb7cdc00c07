import fc from "fast-check";
import { expect, test } from "vitest";
import { ISO_8601, TimestampPattern } from "./timestamp-pattern.ts";

function read(pattern: string, text: string): string | null {
  const compiled = TimestampPattern.compile(pattern);
  if ("fault" in compiled) return `! ${compiled.fault}`;
  if (!compiled.match(text)) return null;
  const zone = compiled.zoneName ?? (compiled.offsetMs === null ? "" : `${compiled.offsetMs / 60_000}`);
  return `${new Date(compiled.localMs).toISOString()} ${zone}`.trim();
}

test.each<[string, string, string | null, string]>([
  // pattern                        text                              read as                              why
  ["yyyy-MM-dd HH:mm:ss", "2026-03-02 10:15:07", "2026-03-02T10:15:07.000Z", "as switches write"],
  ["yyyy-MM-dd HH:mm:ss", "2026-03-02 10:15:07 ", null, "text is left over"],
  ["yyyy-MM-dd HH:mm:ss", "2026-3-02 10:15:07", null, "two letters, two digits"],
  ["d/M/yyyy H:mm:ss", "3/1/2014 1:05:00", "2014-01-03T01:05:00.000Z", "one letter, one or two digits"],
  ["d/M/yyyy H:mm:ss", "27/01/2014 11:05:00", "2014-01-27T11:05:00.000Z", "one letter, one or two digits"],
  ["M/d/yy h:mm a", "1/27/14 12:05 AM", "2014-01-27T00:05:00.000Z", "midnight in half days"],
  ["M/d/yy h:mm a", "1/27/14 12:05 pm", "2014-01-27T12:05:00.000Z", "noon in half days"],
  ["M/d/yy h:mm a", "1/27/14 13:05 pm", null, "no 13 o'clock in half days"],
  ["yyyyMMddHHmmss.SSS", "20260302101507.120", "2026-03-02T10:15:07.120Z", "BroadWorks"],
  ["yyyyMMddHHmmss.SSS", "20260302101507.1", null, "SSS is exactly three digits, as padding would change them"],
  ["HH:mm:ss.SSS z EEE MMM dd yyyy", "10:15:07.120 UTC Mon Mar 02 2026", "2026-03-02T10:15:07.120Z UTC", "Cisco"],
  [
    "['*']['.']HH:mm:ss.SSS z EEE MMM d yyyy",
    "*10:15:07.120 CET Mon March 2 2026",
    "2026-03-02T10:15:07.120Z CET",
    "a clock that is not authoritative",
  ],
  [ISO_8601, "2026-03-02T10:15:07Z", "2026-03-02T10:15:07.000Z 0", "ISO 8601"],
  [ISO_8601, "2026-03-02 10:15:07.123456+05:30", "2026-03-02T10:15:07.123Z 330", "finer than a millisecond is cut off"],
  [ISO_8601, "2026-03-02T10:15-0500", "2026-03-02T10:15:00.000Z -300", "no seconds"],
  [ISO_8601, "2026-03-02T10:15:07+1", null, "half an offset"],
  [ISO_8601, "2026-02-29T10:15:07Z", null, "no such day"],
  [ISO_8601, "2026-03-02T24:15:07Z", null, "no such hour"],
  ["yyyy-MM-dd", "2026-03-02", "! no hour (HH, H or h with a)", "a pattern must tell the hour"],
  ["yyyy-MM-dd HH:mm:ss Q", "", '! "Q" is no field of a date or time', "an unknown letter"],
  ["yyyy-MM-dd HH:mm[:ss", "", '! "[" is not closed', "an open bracket"],
  ["yyyy-MM-dd 'at HH:mm", "", "! a single quote is not closed", "an open quote"],
])("%j reads %j as %j (%s)", (pattern, text, expected) => {
  expect(read(pattern, text)).toBe(expected);
});

test("a time written is the time read, through every instant of 1990 to 2090", () => {
  fc.assert(
    fc.property(fc.integer({ min: 631_152_000_000, max: 3_786_912_000_000 }), (at) => {
      expect(read(ISO_8601, new Date(at).toISOString())).toBe(`${new Date(at).toISOString()} 0`);
    }),
  );
});

test("no text and no pattern throws, and none takes long", () => {
  const anyLetters = fc.string({ unit: fc.constantFrom(..."yMdHhmsSaEzX[]':-/. 0123456789"), maxLength: 40 });
  fc.assert(
    fc.property(anyLetters, anyLetters, (pattern, text) => void read(pattern, text)),
    { numRuns: 1_000 },
  );
});
