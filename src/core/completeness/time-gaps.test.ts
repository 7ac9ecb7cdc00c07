import fc from "fast-check";
import { expect, test } from "vitest";
import { findTimeGaps } from "./time-gaps.ts";

const minutes = (text: string): number => Date.parse(`${text}Z`) / 60_000;

/** The names of a day of hourly files as a switch in Berlin writes them. */
const hoursOf = (day: string): number[] => Array.from({ length: 24 }, (_, hour) => minutes(`${day}T00:00`) + hour * 60);

test.each<[string, string[], number, string]>([
  // day         removed              gaps  why
  ["2026-03-02", [], 0, "complete"],
  ["2026-03-02", ["2026-03-02T05:00"], 1, "one hour"],
  ["2026-03-02", ["2026-03-02T05:00", "2026-03-02T06:00"], 1, "two hours in one piece"],
  ["2026-03-29", ["2026-03-29T02:00"], 0, "clocks skip from 2 to 3: there is no such hour"],
  ["2026-03-29", ["2026-03-29T02:00", "2026-03-29T03:00"], 1, "the hour after it is one"],
  ["2026-10-25", [], 0, "the hour that comes twice is one name"],
])("%s without %j: %i gaps (%s)", (day, removed, gaps) => {
  const seen = hoursOf(day).filter((at) => !removed.map(minutes).includes(at));
  expect(findTimeGaps(seen, { everyMinutes: 60, zone: "Europe/Berlin" })).toHaveLength(gaps);
});

test("removed times are found and named exactly, whatever the order", () => {
  const everyMinutes = 15;
  const all = Array.from({ length: 200 }, (_, index) => minutes("2026-03-02T00:00") + index * everyMinutes);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 198 }), { maxLength: 30 }).chain((removed) => {
        const left = all.filter((_, index) => !removed.includes(index));
        return fc.record({
          removed: fc.constant(removed),
          seen: fc.shuffledSubarray(left, { minLength: left.length }),
        });
      }),
      ({ removed, seen }) => {
        const found = findTimeGaps(seen, { everyMinutes, zone: "UTC" }).flatMap(({ firstMinutes, count }) =>
          Array.from({ length: count }, (_, index) => firstMinutes + index * everyMinutes),
        );
        expect(found).toEqual(removed.map((index) => all[index]).sort((a, b) => Number(a) - Number(b)));
      },
    ),
  );
});
