import { mergeRuns, type NumberRun } from "./number-runs.ts";

/** The numbers that a counter takes before it begins again: after `last` comes `first`. */
export interface NumberCycle {
  readonly first: number;
  readonly last: number;
}

/** Numbers that nobody saw, and where their neighbours were seen. */
export interface NumberGap<Place> {
  readonly first: number;
  /** Less than `first` where the gap reaches over the end of the cycle. */
  readonly last: number;
  readonly count: number;
  /** Where the number before the gap was seen. */
  readonly before: Place;
  /** Where the number after it was seen. */
  readonly after: Place;
}

/**
 * The numbers that are missing between those seen, whatever the order in which they came.
 *
 * Without a cycle: everything between the least and the greatest. With one, the numbers stand on a circle; what lies
 * between the newest and the oldest is not missing but not used yet, and is taken to be the widest gap: so the law
 * holds as long as less is missing in one piece than is unused. Numbers outside the cycle are no part of it.
 */
export function findNumberGaps<Place>(
  runs: readonly NumberRun<Place>[],
  cycle: NumberCycle | null,
): readonly NumberGap<Place>[] {
  const seen = mergeRuns(
    cycle === null ? runs : runs.filter(({ first, last }) => first >= cycle.first && last <= cycle.last),
  );
  const gaps = seen.slice(1).map((run, index) => gapBetween(seen[index] as NumberRun<Place>, run));
  const [least, greatest] = [seen[0], seen.at(-1)];
  if (cycle === null || least === undefined || greatest === undefined) return gaps;
  const overTheEnd = gapOver(greatest, least, cycle);
  const all = overTheEnd.count === 0 ? gaps : [...gaps, overTheEnd];
  const widest = all.reduce((most, { count }) => Math.max(most, count), 0);
  const unused = overTheEnd.count === widest ? overTheEnd : all.findLast(({ count }) => count === widest);
  return all.filter((gap) => gap !== unused);
}

const gapBetween = <Place>(before: NumberRun<Place>, after: NumberRun<Place>): NumberGap<Place> => ({
  first: before.last + 1,
  last: after.first - 1,
  count: after.first - before.last - 1,
  before: before.lastAt,
  after: after.firstAt,
});

const gapOver = <Place>(before: NumberRun<Place>, after: NumberRun<Place>, cycle: NumberCycle): NumberGap<Place> => ({
  first: before.last === cycle.last ? cycle.first : before.last + 1,
  last: after.first === cycle.first ? cycle.last : after.first - 1,
  count: cycle.last - before.last + after.first - cycle.first,
  before: before.lastAt,
  after: after.firstAt,
});
