import fc from "fast-check";
import { expect, test } from "vitest";
import { findNumberGaps, type NumberCycle } from "./number-gaps.ts";
import { mergeRuns, NumberCollector } from "./number-runs.ts";

const collect = (numbers: readonly number[]) => {
  const collector = new NumberCollector<number>();
  for (const number of numbers) collector.add(number, number);
  return collector.runs();
};

const gapsOf = (numbers: readonly number[], cycle: NumberCycle | null) =>
  findNumberGaps(collect(numbers), cycle).map(({ first, last, count, before, after }) => [
    first,
    last,
    count,
    before,
    after,
  ]);

const TAP = { first: 1, last: 99_999 };

test.each<[number[], NumberCycle | null, number[][], string]>([
  // seen          cycle  [first, last, count, before, after]  why
  [[], null, [], "nothing came"],
  [[7], TAP, [], "one file"],
  [[1, 2, 3], null, [], "complete"],
  [[3, 1], null, [[2, 2, 1, 1, 3]], "one is missing, in whatever order they came"],
  [
    [1, 1, 2, 5, 9],
    null,
    [
      [3, 4, 2, 2, 5],
      [6, 8, 3, 5, 9],
    ],
    "two gaps, a number twice",
  ],
  [[99_998, 99_999, 1, 2], TAP, [], "over the end of the cycle"],
  [[99_998, 2], TAP, [[99_999, 1, 2, 99_998, 2]], "a gap over the end"],
  [
    [99_997, 99_999, 2],
    TAP,
    [
      [99_998, 99_998, 1, 99_997, 99_999],
      [1, 1, 1, 99_999, 2],
    ],
    "before and after the end",
  ],
  [[99_998, 1], TAP, [[99_999, 99_999, 1, 99_998, 1]], "the last of the cycle"],
  [[5, 8], TAP, [[6, 7, 2, 5, 8]], "far from the end"],
  [[0, 1, 2], TAP, [], "0 is no number of this cycle"],
])("%j in %j: %j (%s)", (numbers, cycle, expected) => {
  expect(gapsOf(numbers, cycle)).toEqual(expected);
});

/** A stretch of a cycle that is at most half of it, a part of its inside removed. */
const anySeries = fc
  .record({
    length: fc.integer({ min: 3, max: 400 }),
    begins: fc.integer({ min: 1, max: 999 }),
  })
  .chain(({ length, begins }) =>
    fc.record({
      all: fc.constant(Array.from({ length }, (_, index) => ((begins - 1 + index) % 999) + 1)),
      removed: fc.uniqueArray(fc.integer({ min: 1, max: length - 2 }), { maxLength: 20 }),
    }),
  );

test("what is removed from a series is found and named exactly, whatever the order, and nothing else", () => {
  fc.assert(
    fc.property(
      anySeries.chain(({ all, removed }) => {
        const left = all.filter((_, index) => !removed.includes(index));
        return fc.record({
          missing: fc.constant(removed.map((index) => all[index] as number)),
          seen: fc.shuffledSubarray(left, { minLength: left.length }),
        });
      }),
      ({ missing, seen }) => {
        const found = findNumberGaps(collect(seen), { first: 1, last: 999 }).flatMap(({ first, count }) =>
          Array.from({ length: count }, (_, index) => ((first - 1 + index) % 999) + 1),
        );
        expect(found.sort((a, b) => a - b)).toEqual(missing.sort((a, b) => a - b));
      },
    ),
  );
});

test("runs are the numbers, each once and in order, however they are put together", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 60 }))), (files) => {
      const merged = mergeRuns(files.flatMap(collect));
      const numbers = merged.flatMap(({ first, last }) =>
        Array.from({ length: last - first + 1 }, (_, index) => first + index),
      );
      expect(numbers).toEqual([...new Set(files.flat())].sort((a, b) => a - b));
      for (const { first, last, firstAt, lastAt } of merged) expect([firstAt, lastAt]).toEqual([first, last]);
    }),
  );
});
