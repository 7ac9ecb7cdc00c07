import fc from "fast-check";
import { expect, test } from "vitest";
import { allowedGapMs } from "./usual-gap.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MONDAY = Date.UTC(2026, 2, 2);

/** A switch that writes a file every `everyMs` in these hours of these days of the week (0 is Monday), for weeks. */
function signs({
  everyMs,
  hours,
  days,
  weeks,
}: {
  everyMs: number;
  hours: [number, number];
  days: number;
  weeks: number;
}) {
  const times: number[] = [];
  for (let at = MONDAY; at < MONDAY + weeks * 7 * DAY_MS; at += everyMs) {
    const hour = ((at - MONDAY) % DAY_MS) / HOUR_MS;
    const day = Math.floor((at - MONDAY) / DAY_MS) % 7;
    if (day < days && hour >= hours[0] && hour < hours[1]) times.push(at);
  }
  return times;
}

const allowedHours = (times: readonly number[]) => (allowedGapMs(times, "UTC") ?? Number.NaN) / HOUR_MS;
const office = signs({ everyMs: HOUR_MS / 4, hours: [8, 18], days: 5, weeks: 6 });

test.each<[readonly number[], number, number, string]>([
  // signs  at least  at most (hours)  why
  [signs({ everyMs: HOUR_MS, hours: [0, 24], days: 7, weeks: 3 }), 2, 4, "hourly files"],
  [signs({ everyMs: HOUR_MS / 60, hours: [0, 24], days: 7, weeks: 2 }), 0.05, 0.2, "a file a minute"],
  [office.slice(0, -1), 62, 200, "Friday evening: the weekend is usual"],
  [office.filter((at) => at < MONDAY + 31 * DAY_MS + 11 * HOUR_MS), 0.5, 1.5, "Thursday at eleven"],
  [office.filter((at) => at < MONDAY + 31 * DAY_MS + 18 * HOUR_MS), 14, 50, "Thursday evening: the night is usual"],
])("%#: between %d and %d hours (%s)", (times, least, most) => {
  expect(allowedHours(times)).toBeGreaterThanOrEqual(least);
  expect(allowedHours(times)).toBeLessThanOrEqual(most);
});

test("a source that is hardly known is never called silent", () => {
  expect(allowedGapMs([], "UTC")).toBeNull();
  expect(allowedGapMs(signs({ everyMs: HOUR_MS, hours: [0, 8], days: 1, weeks: 1 }), "UTC")).toBeNull();
});

test("a backlog that came at once says nothing of habits", () => {
  expect(
    allowedGapMs(
      Array.from({ length: 500 }, (_, index) => MONDAY + index),
      "UTC",
    ),
  ).toBeNull();
});

test("one long outage in the past changes nothing", () => {
  const times = signs({ everyMs: HOUR_MS, hours: [0, 24], days: 7, weeks: 6 });
  const withOutage = times.filter((at) => at < MONDAY + 9 * DAY_MS || at > MONDAY + 11 * DAY_MS);
  expect(allowedHours(withOutage)).toBe(allowedHours(times));
});

test("a source that keeps its own rhythm is never called silent once it is known", () => {
  fc.assert(
    fc.property(
      fc.record({
        everyMs: fc.integer({ min: 10, max: 120 }).map((minutes) => minutes * 60_000),
        from: fc.integer({ min: 0, max: 10 }),
        until: fc.integer({ min: 12, max: 24 }),
        days: fc.integer({ min: 5, max: 7 }),
      }),
      ({ everyMs, from, until, days }) => {
        const times = signs({ everyMs, hours: [from, until], days, weeks: 8 });
        const known = times.findIndex((at) => at > MONDAY + 5 * 7 * DAY_MS);
        for (let index = known; index < times.length - 1; index += 7) {
          const gap = (times[index + 1] as number) - (times[index] as number);
          expect(gap).toBeLessThanOrEqual(allowedGapMs(times.slice(0, index + 1), "UTC") ?? Infinity);
        }
      },
    ),
    { numRuns: 20 },
  );
});
