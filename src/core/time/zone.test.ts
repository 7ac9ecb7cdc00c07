import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DAY_MS, daysFromCivil, isoWeekday } from "./civil-day.ts";
import {
  type CivilTime,
  civilDay,
  civilDayStart,
  clockMs,
  isCivilTime,
  isZone,
  localToUtc,
  nextTransition,
  utcOffsetMs,
} from "./zone.ts";

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "Europe/London",
  "America/New_York",
  "America/St_Johns",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Africa/Casablanca",
  "Africa/Cairo",
  "America/Havana",
  "Asia/Beirut",
  "Pacific/Apia",
  "America/Sao_Paulo",
  "Asia/Tehran",
  "+05:30",
  "-03:00",
];
const anyZone = fc.constantFrom(...ZONES);
const anyInstant = fc.integer({ min: 0, max: Date.UTC(2099, 11, 31) });

/** "2026-03-29 02:30:00[.000]" as a decoder would hand it over. */
function civil(text: string): CivilTime {
  const [year, month, day, hour, minute, second, ms = 0] = text.split(/[- :.]/).map(Number);
  return { year: year!, month: month!, day: day!, hour: hour!, minute: minute!, second: second!, ms };
}

test.each<[string, string, "earlier" | "later", string, string]>([
  // zone             civil                  fold       reading                                   why
  ["UTC", "2026-03-29 02:30:00", "earlier", "instant 2026-03-29T02:30:00Z", "UTC has no changes"],
  ["Europe/Berlin", "2026-01-15 12:00:00", "earlier", "instant 2026-01-15T11:00:00Z", "winter"],
  ["Europe/Berlin", "2026-07-15 12:00:00", "earlier", "instant 2026-07-15T10:00:00Z", "summer"],
  ["Europe/Berlin", "2026-03-29 01:59:59", "earlier", "instant 2026-03-29T00:59:59Z", "last second before the gap"],
  ["Europe/Berlin", "2026-03-29 02:00:00", "earlier", "gap 2026-03-29T01:00:00Z", "first second of the gap"],
  [
    "Europe/Berlin",
    "2026-03-29 02:30:00",
    "later",
    "gap 2026-03-29T01:30:00Z",
    "a gap reads with the offset before it",
  ],
  ["Europe/Berlin", "2026-03-29 03:00:00", "earlier", "instant 2026-03-29T01:00:00Z", "first second after the gap"],
  ["Europe/Berlin", "2026-10-25 01:59:59", "earlier", "instant 2026-10-24T23:59:59Z", "last second before the fold"],
  ["Europe/Berlin", "2026-10-25 02:30:00", "earlier", "instant 2026-10-25T00:30:00Z ambiguous", "the first of two"],
  ["Europe/Berlin", "2026-10-25 02:30:00", "later", "instant 2026-10-25T01:30:00Z ambiguous", "the second of two"],
  ["Europe/Berlin", "2026-10-25 03:00:00", "later", "instant 2026-10-25T02:00:00Z", "first second after the fold"],
  ["America/Havana", "2026-03-08 00:30:00", "earlier", "gap 2026-03-08T05:30:00Z", "a gap at midnight"],
  [
    "Australia/Lord_Howe",
    "2026-04-05 01:45:00",
    "later",
    "instant 2026-04-04T15:15:00Z ambiguous",
    "a fold of half an hour",
  ],
  ["Pacific/Apia", "2011-12-30 12:00:00", "earlier", "gap 2011-12-30T22:00:00Z", "a whole day that never was"],
  ["+05:30", "2026-03-29 02:30:00", "earlier", "instant 2026-03-28T21:00:00Z", "a fixed offset is a zone too"],
  ["America/New_York", "1969-07-16 09:32:00", "earlier", "instant 1969-07-16T13:32:00Z", "before the table begins"],
  ["Europe/Berlin", "2150-07-01 12:00:00", "earlier", "instant 2150-07-01T10:00:00Z", "after the table ends"],
])("%s %s (%s) is %s: %s", (zone, text, fold, expected) => {
  const reading = localToUtc(zone, civil(text), fold);
  const at = Temporal.Instant.fromEpochMilliseconds(reading.at).toString();
  const ambiguous = reading.kind === "instant" && reading.ambiguous ? " ambiguous" : "";
  expect(`${reading.kind} ${at}${ambiguous}`).toBe(expected);
});

describe("laws", () => {
  test("the table agrees with Temporal at every instant", () => {
    fc.assert(
      fc.property(anyZone, anyInstant, (zone, at) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
        expect(utcOffsetMs(zone, at)).toBe(zoned.offsetNanoseconds / 1e6);
        expect(civilDay(zone, at)).toBe(daysFromCivil(zoned.year, zoned.month, zoned.day));
        expect(isoWeekday(civilDay(zone, at))).toBe(zoned.dayOfWeek);
        const next = zoned.getTimeZoneTransition("next")?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
        if (next < Date.UTC(2099, 11, 31)) expect(nextTransition(zone, at)).toBe(next);
      }),
      { numRuns: 2_000 },
    );
  });

  test("what a clock shows leads back to the instant, in one of its folds", () => {
    fc.assert(
      fc.property(anyZone, anyInstant, (zone, at) => {
        const z = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
        const shown = {
          ...z.toPlainDateTime(),
          year: z.year,
          month: z.month,
          day: z.day,
          hour: z.hour,
          minute: z.minute,
          second: z.second,
          ms: z.millisecond,
        };
        const found = (["earlier", "later"] as const).map((fold) => localToUtc(zone, shown, fold));
        expect(found.map((reading) => reading.at as number)).toContain(at);
        expect(found.every((reading) => reading.kind === "instant")).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test("a civil day starts at the first instant that its calendar shows", () => {
    fc.assert(
      fc.property(anyZone, anyInstant, (zone, at) => {
        const day = civilDay(zone, at);
        const start = civilDayStart(zone, day);
        expect(civilDay(zone, start)).toBe(day);
        expect(civilDay(zone, start - 1)).toBeLessThan(day);
        const { year, month, day: dayOfMonth } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
        const oracle = Temporal.PlainDate.from({ year, month, day: dayOfMonth }).toZonedDateTime(zone);
        expect(start).toBe(oracle.epochMilliseconds);
        expect(clockMs(zone, at)).toBeLessThan(DAY_MS);
      }),
      { numRuns: 1_000 },
    );
  });
});

test.each<[string, boolean, string]>([
  ["2026-02-28 00:00:00", true, "an ordinary day"],
  ["2024-02-29 23:59:59", true, "a leap day"],
  ["2026-02-29 00:00:00", false, "no leap year"],
  ["1900-02-29 00:00:00", false, "a century is no leap year"],
  ["2000-02-29 00:00:00", true, "but the fourth one is"],
  ["2026-13-01 00:00:00", false, "month 13"],
  ["2026-00-01 00:00:00", false, "month 0"],
  ["2026-04-31 00:00:00", false, "30 days has April"],
  ["2026-04-30 24:00:00", false, "midnight is 0, not 24"],
  ["2016-12-31 23:59:60", false, "POSIX time has no leap seconds"],
])("%s exists: %s (%s)", (text, expected) => {
  expect(isCivilTime(civil(text))).toBe(expected);
});

test("zones are known by name or fixed offset", () => {
  expect(ZONES.every(isZone)).toBe(true);
  expect(["", "Mars/Phobos", "GMT+25", "Berlin"].some(isZone)).toBe(false);
});
