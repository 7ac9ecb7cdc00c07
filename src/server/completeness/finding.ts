import type { EpochMs } from "../../core/time/epoch.ts";

/** What can be wrong with a source; also the kinds of alarms. */
export const FINDING_KINDS = [
  "files-missing",
  "records-missing",
  "trailer-wrong",
  "rows-unaccounted",
  "totals-differ",
  "clock-off",
  "source-silent",
  "quarantine-grown",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Something that is missing or does not agree, and what to do. */
export interface Finding {
  readonly kind: FindingKind;
  readonly sourceId: string;
  readonly source: string;
  /** What tells it from others of its kind and source; the same as long as it is the same trouble. */
  readonly subject: string;
  /** When the trouble was. */
  readonly at: EpochMs;
  readonly what: string;
  readonly fix: string;
  /** Files, records, rows, calls or seconds that it is about; null where none can be counted. */
  readonly count: number | null;
}

/** A stretch of time, its end not included. */
export interface Period {
  readonly from: EpochMs;
  readonly until: EpochMs;
}

export const isWithin = (at: number, { from, until }: Period): boolean => at >= from && at < until;
