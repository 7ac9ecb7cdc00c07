import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { Source } from "../mediation/source.ts";
import { listMonthsAway, monthOf } from "./archived-months-store.ts";
import { findContact, listArrivals, listSigns } from "./arrival-store.ts";
import { comparePair, findClockFault, type PairedClock } from "./clock-differences.ts";
import { loadSightings } from "./clock-store.ts";
import { listTrailerFaults, type TrailerFault } from "./count-store.ts";
import { findFileGaps } from "./file-gaps.ts";
import type { Finding, Period } from "./finding.ts";
import { listNumbers } from "./number-store.ts";
import { findRecordGaps } from "./record-gaps.ts";
import { findSilence, type Silence, silenceOf } from "./silence.ts";
import { type ComparedTotals, compareSource, findTotalsFaults } from "./totals-differences.ts";
import { listTotals } from "./totals-store.ts";

/** What was looked at for one source, and what is wrong. */
export interface ExaminedSource {
  readonly source: Source;
  readonly findings: readonly Finding[];
  readonly silence: Silence;
  readonly clock: PairedClock | null;
  readonly totals: readonly ComparedTotals[];
}

const DAY_MS = 86_400_000;
/** Numbers that go round come again: what is older than this says nothing of today's gaps. */
const CYCLE_MEMORY_MS = 60 * DAY_MS;
/** Habits are learned from eight weeks. */
const HABIT_MS = 56 * DAY_MS;

/**
 * Looks at each of these sources in a period. What came late fills its gap, whenever it came: neighbours and late
 * arrivals are looked for beyond the period.
 */
export async function gatherFindings(
  tx: Tx,
  args: {
    readonly tenantId: string;
    /** All sources of the tenant: any may be the partner of one that is examined. */
    readonly sources: readonly Source[];
    readonly examined: readonly Source[];
    readonly period: Period;
    /** Of the switches' totals that are compared. */
    readonly totalsPeriod: Period;
    /** Of the calls by which clocks are compared. */
    readonly clockPeriod: Period;
    readonly now: EpochMs;
  },
): Promise<readonly ExaminedSource[]> {
  const { tenantId, sources, period, totalsPeriod, clockPeriod, now } = args;
  const trailers = await listTrailerFaults(tx, { tenantId, period });
  const monthsAway = await listMonthsAway(tx, tenantId);
  const totals = (await listTotals(tx, { tenantId, period: totalsPeriod })).filter(
    ({ from, until }) => !monthsAway.has(monthOf(from)) && !monthsAway.has(monthOf(until - 1)),
  );
  const examined: ExaminedSource[] = [];
  for (const source of args.examined) {
    const silence = await findSilenceOf(tx, source);
    const clock = await comparedClock(tx, source, sources, clockPeriod);
    const stated = totals.filter(({ sourceId }) => sourceId === source.id);
    const compared = await compareSource(tx, source, stated);
    const findings = [
      ...(await seriesFindings(tx, source, period)),
      ...trailers.filter(({ sourceId }) => sourceId === source.id).map((fault) => trailerFinding(source, fault)),
      ...findTotalsFaults(compared),
      ...(clock === null ? [] : findClockFault(clock, clockPeriod)),
      ...findSilence(source, silence, now),
    ];
    examined.push({ source, findings, silence, clock, totals: compared });
  }
  return examined;
}

/** Habits are those before it fell silent, however long ago that was. */
async function findSilenceOf(tx: Tx, source: Source): Promise<Silence> {
  const contact = await findContact(tx, source.id);
  const since = epochMs((contact.lastAt ?? contact.createdAt) - HABIT_MS);
  return silenceOf(source, contact, await listSigns(tx, { sourceId: source.id, since }));
}

async function seriesFindings(tx: Tx, source: Source, period: Period): Promise<readonly Finding[]> {
  const { fileNames, records } = source.config.completeness;
  const sinceOf = (series: { readonly last: number | null; readonly restarts?: boolean }) =>
    series.last === null && !series.restarts ? null : epochMs(period.from - CYCLE_MEMORY_MS);
  const sourceId = source.id;
  const arrivals = fileNames === null ? [] : await listArrivals(tx, { sourceId, since: sinceOf(fileNames) });
  const numbers = records === null ? [] : await listNumbers(tx, { sourceId, since: sinceOf(records) });
  return [...findFileGaps(source, arrivals, period), ...findRecordGaps(source, numbers, period)];
}

async function comparedClock(
  tx: Tx,
  source: Source,
  sources: readonly Source[],
  period: Period,
): Promise<PairedClock | null> {
  const partner = sources.find(({ name }) => name === source.config.completeness.pairedWith);
  if (partner === undefined || partner.id === source.id) return null;
  return comparePair(source, partner, await loadSightings(tx, { sourceId: source.id, partnerId: partner.id, period }));
}

const trailerFinding = (source: Source, fault: TrailerFault): Finding => ({
  kind: "trailer-wrong",
  sourceId: source.id,
  source: source.name,
  subject: `${fault.file} ${fault.line}`,
  at: fault.receivedAt,
  what: `${fault.file} line ${fault.line}: ${fault.what}`,
  fix: fault.fix,
  count: null,
});
