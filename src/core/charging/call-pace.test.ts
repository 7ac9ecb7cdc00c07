import fc from "fast-check";
import { expect, test } from "vitest";
import { takeTurn } from "./call-pace.ts";

const SECOND_US = 1_000_000;

test.each<[number, number, readonly number[], string, string]>([
  // a second, at once, at ms, begun, why
  [1, 1, [0, 1, 999, 1_000, 1_001], "y--y-", "one a second: the second call waits for its turn, the third for another"],
  [2, 2, [0, 0, 0, 499, 500, 999, 1_000], "yy--y-y", "two at once, then one every half second"],
  [2, 1, [0, 0, 500, 700, 1_000], "y-y-y", "never two at once: evenly"],
  [10, 3, [0, 0, 0, 0, 100, 100], "yyy-y-", "a burst of three, then ten a second"],
  [
    5,
    5,
    [0, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000],
    "yyyyyy-",
    "time without calls saves up no more than a burst",
  ],
  [1, 1, [5_000, 4_999, 6_000], "y-y", "a clock that is behind gets no turn of its own"],
])("%i a second, %i at once: calls at %j ms begin %s (%s)", (perSecond, burst, timesMs, begun) => {
  expect(
    begunOf(
      { perSecond, burst },
      timesMs.map((ms) => ms * 1_000),
    ).join(""),
  ).toBe(begun);
});

function begunOf(pace: { readonly perSecond: number; readonly burst: number }, timesUs: readonly number[]): string[] {
  let turnsUntilUs = 0;
  return timesUs.map((atUs) => {
    const taken = takeTurn(pace, turnsUntilUs, atUs);
    turnsUntilUs = taken ?? turnsUntilUs;
    return taken === null ? "-" : "y";
  });
}

const anyPace = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 20 }) });
const anyTimes = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 200 });

test("in any stretch of time no more calls begin than a burst and what the pace lets in meanwhile", () => {
  fc.assert(
    fc.property(anyPace, anyTimes, (pace, timesMs) => {
      // In any order: clocks of several processes may be behind each other.
      const timesUs = timesMs.map((ms) => ms * 1_000);
      const begun = begunOf(pace, timesUs);
      const begunAt = timesUs.filter((_, index) => begun[index] === "y").toSorted((a, b) => a - b);
      for (const [from, fromUs] of begunAt.entries())
        for (const [to, toUs] of begunAt.entries())
          if (to >= from)
            expect(to - from + 1).toBeLessThanOrEqual(pace.burst + ((toUs - fromUs) / SECOND_US) * pace.perSecond);
    }),
  );
});

test("calls that keep to the pace are never refused", () => {
  fc.assert(
    fc.property(anyPace, fc.array(fc.integer({ min: 0, max: 500_000 }), { maxLength: 50 }), (pace, delaysUs) => {
      const turnUs = Math.ceil(SECOND_US / pace.perSecond);
      let atUs = 0;
      const timesUs = delaysUs.map((delayUs) => {
        atUs += turnUs + delayUs;
        return atUs;
      });
      expect(begunOf(pace, timesUs)).toEqual(timesUs.map(() => "y"));
    }),
  );
});
