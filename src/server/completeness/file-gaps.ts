import { compileNamePattern, type NameParts } from "../../core/completeness/name-pattern.ts";
import { findNumberGaps, type NumberGap } from "../../core/completeness/number-gaps.ts";
import { findTimeGaps } from "../../core/completeness/time-gaps.ts";
import { invariant } from "../../core/invariant.ts";
import { epochMs } from "../../core/time/epoch.ts";
import { utcOffsetMs } from "../../core/time/zone.ts";
import type { Source } from "../mediation/source.ts";
import type { ArrivedName } from "./arrival-store.ts";
import { type Finding, isWithin, type Period } from "./finding.ts";

const MINUTE_MS = 60_000;
const FETCH = "Fetch them from the switch and import them; if they never were, acknowledge the alarm.";

interface SeriesName extends ArrivedName {
  readonly parts: NameParts;
}

/**
 * Files that are missing from a source's series: numbers, or times where names have no number. Names that do not fit
 * the pattern belong to no series. A gap lies in the period by when the file after it came, or by its own time.
 */
export function findFileGaps(source: Source, arrivals: readonly ArrivedName[], period: Period): readonly Finding[] {
  const { fileNames } = source.config.completeness;
  if (fileNames === null) return [];
  const pattern = compileNamePattern(fileNames.pattern);
  invariant(typeof pattern !== "string", "patterns are checked when settings are applied");
  const names = arrivals.flatMap((arrival): SeriesName[] => {
    const parts = pattern.match(arrival.name);
    return parts === null ? [] : [{ ...arrival, parts }];
  });
  const gapsOf = pattern.hasNumber ? numberGaps : timeGaps;
  return [...Map.groupBy(names, ({ parts }) => parts.stream)].flatMap(([stream, series]) =>
    gapsOf(source, stream, series).filter(({ at }) => isWithin(at, period)),
  );
}

function numberGaps(source: Source, stream: string, series: readonly SeriesName[]): readonly Finding[] {
  const { first, last } = source.config.completeness.fileNames ?? { first: null, last: null };
  const runs = series.flatMap(({ parts: { number }, ...place }) =>
    number === null ? [] : [{ first: number, last: number, firstAt: place, lastAt: place }],
  );
  const gaps = findNumberGaps(runs, first === null || last === null ? null : { first, last });
  return gaps.map((gap) => ({
    kind: "files-missing",
    sourceId: source.id,
    source: source.name,
    subject: `${stream}#${gap.first}`,
    at: gap.after.at,
    what: `${numbersText("File", gap)}${ofStream(stream)} did not come: between ${gap.before.name} and ${gap.after.name}.`,
    fix: FETCH,
    count: gap.count,
  }));
}

function timeGaps(source: Source, stream: string, series: readonly SeriesName[]): readonly Finding[] {
  const zone = source.config.timeZone;
  const everyMinutes = source.config.completeness.fileNames?.everyMinutes;
  invariant(everyMinutes, "a series of times has an interval");
  const minutes = series.flatMap(({ parts }) => (parts.clockMinutes === null ? [] : [parts.clockMinutes]));
  return findTimeGaps(minutes, { everyMinutes, zone }).map(({ firstMinutes, lastMinutes, count }) => {
    const local = firstMinutes * MINUTE_MS;
    const times = count === 1 ? clockText(firstMinutes) : `${clockText(firstMinutes)} to ${clockText(lastMinutes)}`;
    return {
      kind: "files-missing",
      sourceId: source.id,
      source: source.name,
      subject: `${stream}#${clockText(firstMinutes)}`,
      at: epochMs(local - utcOffsetMs(zone, local)),
      what: `${count === 1 ? "The file" : `The ${count} files`} of ${times}${ofStream(stream)} did not come.`,
      fix: FETCH,
      count,
    };
  });
}

/** "File 417", "Files 417 to 419 (3)". */
export const numbersText = (
  noun: string,
  { first, last, count }: Omit<NumberGap<unknown>, "before" | "after">,
): string => (count === 1 ? `${noun} ${first}` : `${noun}s ${first} to ${last} (${count})`);

export const ofStream = (stream: string): string => (stream === "" ? "" : ` of ${stream}`);

/** A time by the switch's own clock: "2026-03-02 05:00". */
const clockText = (minutes: number): string =>
  Temporal.Instant.fromEpochMilliseconds(minutes * MINUTE_MS)
    .toString()
    .slice(0, "2026-03-02T05:00".length)
    .replace("T", " ");
