import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimateClockOffset, type Sighting } from "./clock-offset.ts";

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2026, 2, 2);

interface Seen {
  readonly calls: readonly {
    readonly key: number;
    readonly at: number;
    readonly noise: number;
    readonly fate: number;
  }[];
  readonly offsetMs: number;
  readonly trendMsPerDay: number;
}

/** Calls of some hundred pairs of numbers, so that many repeat; a few are seen by one switch only, or much later. */
const anySeen = (trend: fc.Arbitrary<number>): fc.Arbitrary<Seen> =>
  fc.record({
    calls: fc.array(
      fc.record({
        key: fc.integer({ min: 0, max: 150 }),
        at: fc.integer({ min: FROM, max: FROM + 10 * DAY_MS }),
        noise: fc.integer({ min: -400, max: 400 }),
        fate: fc.integer({ min: 0, max: 15 }),
      }),
      { minLength: 300, maxLength: 500 },
    ),
    offsetMs: fc.oneof(
      fc.integer({ min: -240_000, max: 240_000 }),
      fc.integer({ min: -48, max: 56 }).map((quarters) => quarters * 900_000),
    ),
    trendMsPerDay: trend,
  });

function sightings({ calls, offsetMs, trendMsPerDay }: Seen): { first: Sighting[]; second: Sighting[] } {
  const [first, second]: [Sighting[], Sighting[]] = [[], []];
  for (const { key, at, noise, fate } of calls) {
    if (fate !== 0) first.push({ key: `${key}`, at });
    const drift = offsetMs + (trendMsPerDay * (at - FROM - 5 * DAY_MS)) / DAY_MS;
    const outlier = fate === 2 ? 45_000 : 0;
    if (fate !== 1) second.push({ key: `${key}`, at: at + drift + noise + outlier });
  }
  return { first, second };
}

describe("a known shift", () => {
  test("is found to a part of a second among noise, outliers, lost calls and repeated numbers", () => {
    fc.assert(
      fc.property(anySeen(fc.constant(0)), (seen) => {
        const { first, second } = sightings(seen);
        const estimate = estimateClockOffset(first, second);
        expect(Math.abs((estimate?.offsetMs ?? Infinity) - seen.offsetMs)).toBeLessThan(150);
        expect(Math.abs(estimate?.trendMsPerDay ?? Infinity)).toBeLessThan(60);
      }),
      { numRuns: 40, seed: 42 },
    );
  });

  test("is found with its trend", () => {
    fc.assert(
      fc.property(anySeen(fc.integer({ min: -8_000, max: 8_000 })), (seen) => {
        const { first, second } = sightings(seen);
        const estimate = estimateClockOffset(first, second);
        expect(Math.abs((estimate?.trendMsPerDay ?? Infinity) - seen.trendMsPerDay)).toBeLessThan(
          60 + Math.abs(seen.trendMsPerDay) / 10,
        );
      }),
      { numRuns: 40, seed: 42 },
    );
  });

  test("is the opposite from the other side", () => {
    fc.assert(
      fc.property(anySeen(fc.constant(0)), (seen) => {
        const { first, second } = sightings(seen);
        const [there, back] = [estimateClockOffset(first, second), estimateClockOffset(second, first)];
        expect(Math.abs((there?.offsetMs ?? 0) + (back?.offsetMs ?? 0))).toBeLessThan(150);
      }),
      { numRuns: 20, seed: 42 },
    );
  });
});

const regular = (offsetMs: number, calls = 200) => {
  const first = Array.from({ length: calls }, (_, index) => ({ key: `${index}`, at: FROM + index * 61_000 }));
  return estimateClockOffset(
    first,
    first.map(({ key, at }) => ({ key, at: at + offsetMs })),
  );
};

test.each<[number, number | null, string]>([
  // offset   zone  why
  [0, null, "the clocks agree"],
  [3_000, null, "three seconds are drift"],
  [3_600_000, 60, "summer time"],
  [-18_000_000 + 2_000, -300, "five hours less two seconds: New York without its zone"],
  [20_700_000, 345, "Nepal: a quarter of an hour counts"],
  [1_200_000, null, "twenty minutes are no zone"],
])("%i ms is %s minutes of zone (%s)", (offsetMs, zoneMinutes) => {
  expect(regular(offsetMs)).toMatchObject({ offsetMs, zoneMinutes, spreadMs: 0, calls: 200 });
});

test.each<[Sighting[], string]>([
  [[], "nothing was seen there"],
  [[{ key: "0", at: FROM }], "one call is no proof"],
  [Array.from({ length: 50 }, (_, index) => ({ key: `x${index}`, at: FROM + index })), "other calls"],
])("too little to say (%#: %s)", (second) => {
  const first = Array.from({ length: 50 }, (_, index) => ({ key: `${index}`, at: FROM + index }));
  expect(estimateClockOffset(first, second)).toBeNull();
});
