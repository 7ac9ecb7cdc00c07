import { splitLives } from "../../core/completeness/counter-lives.ts";
import { findNumberGaps, type NumberGap } from "../../core/completeness/number-gaps.ts";
import type { Source } from "../mediation/source.ts";
import { numbersText, ofStream } from "./file-gaps.ts";
import { type Finding, isWithin, type Period } from "./finding.ts";
import type { SeenAt, SeenNumbers } from "./number-store.ts";

/** Numbers of records that no row had, whatever became of the rows; a gap lies in the period by the call after it. */
export function findRecordGaps(source: Source, seen: readonly SeenNumbers[], period: Period): readonly Finding[] {
  const { records } = source.config.completeness;
  if (records === null) return [];
  const { first, last, restarts } = records;
  const cycle = first === null || last === null ? null : { first, last };
  return [...Map.groupBy(seen, ({ stream }) => stream)].flatMap(([stream, runs]) =>
    (restarts ? splitLives(runs) : [runs])
      .flatMap((life) => findNumberGaps(life, cycle))
      .filter(({ after }) => isWithin(after.at, period))
      .map((gap) => findingOf(source, stream, gap)),
  );
}

const findingOf = (source: Source, stream: string, gap: NumberGap<SeenAt>): Finding => ({
  kind: "records-missing",
  sourceId: source.id,
  source: source.name,
  subject: `${stream}#${gap.first}`,
  at: gap.after.at,
  what:
    `${numbersText("Record", gap)}${ofStream(stream)} did not come: between ${placeText(gap.before)} and ` +
    `${placeText(gap.after)}.`,
  fix: "Look at both lines in the switch's own files and fetch what lies between; a row that waits in quarantine may be it.",
  count: gap.count,
});

const placeText = ({ file, line }: SeenAt): string => `${file} line ${line}`;
