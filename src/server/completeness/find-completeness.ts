import { counted } from "../../core/counted.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { type RowCounts, sumCounts } from "../mediation/find-imports.ts";
import { findSourceNamed } from "../mediation/find-source.ts";
import { findSources } from "../mediation/find-sources.ts";
import type { Source } from "../mediation/source.ts";
import { listMonthsAway, listMonthsUncounted, monthOf } from "./archived-months-store.ts";
import { type HourCounts, loadHourCounts } from "./count-store.ts";
import { type FileCounts, listFileCounts } from "./file-count-store.ts";
import type { Finding, Period } from "./finding.ts";
import { type ExaminedSource, gatherFindings } from "./gather-findings.ts";

export type { HourCounts } from "./count-store.ts";
export type { FileCounts } from "./file-count-store.ts";

/** What came of one source in a period, and what is missing. */
export interface SourceCompleteness extends ExaminedSource {
  /** Files that were received in the period, and the sum of what became of their rows. */
  readonly files: readonly FileCounts[];
  readonly counts: RowCounts;
  /** Calls that began in the period, and rows that tell of them, by hour and trunk; when asked for. */
  readonly hours: readonly HourCounts[];
}

/** What came of all sources that were looked at. */
export interface Completeness {
  readonly sources: readonly SourceCompleteness[];
  /** Months of the period ("2026-03", UTC) whose calls are archived: they are not compared with totals. */
  readonly archivedMonths: readonly string[];
  /** Of these, those that were archived before their hours were kept: they are in no hour and on no trunk. */
  readonly uncountedMonths: readonly string[];
}

/** What to look at. */
export interface CompletenessFilter {
  readonly tenantId: string;
  /** One source by its name; undefined: all. */
  readonly source?: string | undefined;
  readonly period: Period;
  readonly now: EpochMs;
}

/**
 * Everything that came in a period, whatever became of it, and everything that should have come and did not. Reads
 * what stands in the tables at one moment: corrections, retries and late parts are in it as they are now, and the order
 * in which anything came is not.
 *
 * Errors: Problem `source-unknown`.
 */
export async function findCompleteness(
  db: Database,
  { tenantId, source, period, now }: CompletenessFilter,
): Promise<Completeness> {
  const all = await findSources(db, tenantId);
  const examined = source === undefined ? all : [await findSourceNamed(db, tenantId, source)];
  const sourceIds = examined.map(({ id }) => id);
  return await db.transaction("app", { tenantId }, async (tx) => {
    await tx.query("set transaction isolation level repeatable read, read only");
    await tx.query("set local work_mem = '64MB'"); // a month's hours and trunks are counted in memory
    const periods = { period, totalsPeriod: period, clockPeriod: lastDays(period) };
    const found = await gatherFindings(tx, { tenantId, sources: all, examined, ...periods, now });
    const files = await listFileCounts(tx, { tenantId, sourceIds, period });
    const monthsAway = await listMonthsAway(tx, tenantId);
    const everyHour = await loadHourCounts(tx, { tenantId, sourceIds, period });
    const uncounted = await listMonthsUncounted(tx, tenantId);
    const hours = everyHour.filter(({ hour }) => !uncounted.has(monthOf(hour)));
    const months = [...new Set(everyHour.map(({ hour }) => monthOf(hour)))].sort();
    const sources = found.map((each) => {
      const ofSource = files.filter(({ sourceId }) => sourceId === each.source.id);
      const hoursOfSource = hours.filter(({ sourceId }) => sourceId === each.source.id);
      return {
        ...each,
        findings: [...each.findings, ...unaccounted(each.source, ofSource, hoursOfSource)],
        files: ofSource,
        counts: sumCounts(ofSource.map(({ counts }) => counts)),
        hours: hoursOfSource,
      };
    });
    const [archivedMonths, uncountedMonths] = [monthsAway, uncounted].map((some) => months.filter((m) => some.has(m)));
    return { sources, archivedMonths: archivedMonths ?? [], uncountedMonths: uncountedMonths ?? [] };
  });
}

const DAY_MS = 86_400_000;
/** Clocks are compared over a week at most: that is enough for a trend, and tells how they stand now. */
const CLOCK_DAYS = 7;

const lastDays = ({ from, until }: Period): Period => ({
  from: epochMs(Math.max(from, until - CLOCK_DAYS * DAY_MS)),
  until,
});

/**
 * Calls that are stored and that no row stands for any more, because its file was read again under settings that make
 * something else of it. A file that is being imported is in between.
 */
function unaccounted(source: Source, files: readonly FileCounts[], hours: readonly HourCounts[]): readonly Finding[] {
  if (files.some(({ isImporting }) => isImporting)) return [];
  const finding = (subject: string, at: EpochMs, count: number, what: string): Finding => ({
    ...{ kind: "rows-unaccounted", sourceId: source.id, source: source.name, subject, at, what, count },
    fix: "Correct the setting that was changed since and import the files again; `cdr completeness --file NAME --lines` shows the rows.",
  });
  return hours
    .filter(({ duplicate }) => duplicate < 0)
    .map(({ hour, trunk, duplicate }) =>
      finding(
        `${hour} ${trunk}`,
        hour,
        -duplicate,
        `No row stands any more for ${counted(-duplicate, "stored call")} of the hour ${Temporal.Instant.fromEpochMilliseconds(hour)}${trunk === "" ? "" : ` on trunk ${trunk}`}.`,
      ),
    );
}
