import fc from "fast-check";
import { expect, test } from "vitest";
import { localToUtc, type Zone } from "../../core/time/zone.ts";
import { ZoneClock } from "./zone-clock.ts";

const anyZone = fc.constantFrom(
  "Europe/London",
  "America/New_York",
  "Australia/Lord_Howe",
  "Africa/Casablanca",
  "Pacific/Apia",
  "Asia/Kathmandu",
  "+05:30",
) as fc.Arbitrary<Zone>;
/** Whole minutes of 1995 to 2040, often near the turn of a month, where clocks change. */
const anyLocal = fc.integer({ min: 13_149_000, max: 36_800_000 }).map((minute) => minute * 60_000);

test("the day it remembers never changes what it reads", () => {
  fc.assert(
    fc.property(anyZone, fc.constantFrom("earlier", "later"), anyLocal, (zone, fold, from) => {
      const clock = new ZoneClock(zone, fold);
      for (let step = 0; step < 200; step++) {
        const local = from + step * 5_400_000; // 90 minutes: over some days, half an hour off the change
        const at = new Date(local);
        const reading = localToUtc(
          zone,
          {
            year: at.getUTCFullYear(),
            month: at.getUTCMonth() + 1,
            day: at.getUTCDate(),
            hour: at.getUTCHours(),
            minute: at.getUTCMinutes(),
            second: 0,
            ms: 0,
          },
          fold,
        );
        expect(clock.toUtc(local)).toBe(reading.kind === "gap" ? null : reading.at);
        expect(clock.otherMs !== null).toBe(reading.kind === "instant" && reading.ambiguous);
      }
    }),
    { numRuns: 200 },
  );
});
