import type { EpochMs } from "../core/time/epoch.ts";
import type { HourCounts, SourceCompleteness } from "../server/completeness/find-completeness.ts";
import type { Table } from "./table.ts";
import { timeText } from "./time-text.ts";

/** What the counts of a source can be split by. */
export const COUNTS_BY = ["file", "hour", "trunk"] as const;

const left = (...titles: readonly string[]) => titles.map((title) => ({ title }));
const right = (...titles: readonly string[]) => titles.map((title) => ({ title, align: "right" as const }));

const FATES = ["ROWS", "STORED", "DUPLICATE", "NON-BILLABLE", "QUARANTINED", "OPEN"];

interface Fates {
  readonly stored: number;
  readonly duplicate: number;
  readonly nonBillable: number;
  readonly quarantined: number;
  readonly open: number;
}

function fateCells({ stored, duplicate, nonBillable, quarantined, open }: Fates): readonly string[] {
  const rows = stored + duplicate + nonBillable + quarantined + open;
  return [rows, stored, duplicate, nonBillable, quarantined, open].map(String);
}

/** One line a source: what came, when it was last heard of, how its clock stands, and how much is wrong. */
export const sourcesTable = (sources: readonly SourceCompleteness[]): Table => ({
  columns: [...left("SOURCE"), ...right("FILES", ...FATES), ...left("LAST HEARD", "LOOKED AT"), ...right("FINDINGS")],
  rows: sources.map((each) => [
    each.source.name,
    String(each.files.length),
    ...fateCells(each.counts),
    each.silence.lastAt === null ? "never" : timeText(each.silence.lastAt),
    lookedAt(each),
    String(each.findings.length),
  ]),
});

/** What the source's settings and its past make visible; what is not named here was not looked at. */
function lookedAt({ source, silence, clock, totals }: SourceCompleteness): string {
  const { fileNames, records } = source.config.completeness;
  const looked = {
    files: fileNames !== null,
    records: records !== null,
    totals: totals.length > 0,
    clock: clock !== null && clock.offset !== null,
    silence: silence.allowedMs !== null,
  };
  const names = Object.entries(looked).flatMap(([name, isLooked]) => (isLooked ? [name] : []));
  return ["trailers", ...names].join(", ");
}

/** One line a file. */
export const byFile = (sources: readonly SourceCompleteness[]): Table => ({
  columns: [...left("SOURCE", "FILE", "RECEIVED"), ...right(...FATES)],
  rows: sources.flatMap(({ source, files }) =>
    files.map(({ name, receivedAt, counts }) => [source.name, name, timeText(receivedAt), ...fateCells(counts)]),
  ),
});

/** One line an hour, all trunks together. */
export const byHour = (sources: readonly SourceCompleteness[]): Table => ({
  columns: [...left("SOURCE", "HOUR"), ...right(...FATES, "CALLS", "ANSWERED", "SECONDS")],
  rows: sources.flatMap(({ source, hours }) =>
    [...Map.groupBy(hours, ({ hour }) => hour)].map(([hour, some]) => [
      ...[source.name, timeText(hour as EpochMs)],
      ...hourCells(some),
    ]),
  ),
});

/** One line a trunk, all hours together. */
export const byTrunk = (sources: readonly SourceCompleteness[]): Table => ({
  columns: [...left("SOURCE", "TRUNK"), ...right(...FATES, "CALLS", "ANSWERED", "SECONDS")],
  rows: sources.flatMap(({ source, hours }) =>
    [...Map.groupBy(hours, ({ trunk }) => trunk)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([trunk, some]) => [source.name, trunk === "" ? "(none)" : trunk, ...hourCells(some)]),
  ),
});

function hourCells(hours: readonly HourCounts[]): readonly string[] {
  const sum = (pick: (counts: HourCounts) => number) => hours.reduce((total, counts) => total + pick(counts), 0);
  const fates = fateCells({
    stored: sum(({ stored }) => stored),
    duplicate: sum(({ duplicate }) => duplicate),
    nonBillable: sum(({ nonBillable }) => nonBillable),
    quarantined: sum(({ quarantined }) => quarantined),
    open: sum(({ open }) => open),
  });
  const calls = [sum(({ calls: n }) => n), sum(({ answered }) => answered), sum(({ talkedS }) => talkedS)];
  return [...fates, ...calls.map(String)];
}
