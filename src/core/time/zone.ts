import type { Brand } from "../brand.ts";
import { invariant } from "../invariant.ts";
import { DAY_MS, daysFromCivil, daysInMonth } from "./civil-day.ts";
import { type EpochMs, epochMs } from "./epoch.ts";

/** A time zone that this runtime knows: an IANA name ("Europe/Berlin") or a fixed offset ("+05:30"). */
export type Zone = Brand<string, "Zone">;

/** Whether `name` is an IANA time zone or a fixed offset; how text becomes a {@link Zone}. */
export function isZone(name: string): name is Zone {
  try {
    toZoned(0, name);
    return true;
  } catch {
    return false;
  }
}

/** A date and a time of day as a clock on the wall shows them, without a zone. Months and days count from 1. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
}

/** Whether such a date and time exist in the calendar: no 30 February, no hour 24, no second 60. */
export function isCivilTime({ year, month, day, hour, minute, second, ms }: CivilTime): boolean {
  const within = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  return (
    within(year, 1, 9999) &&
    within(day, 1, daysInMonth(year, month) ?? 0) &&
    within(hour, 0, 23) &&
    within(minute, 0, 59) &&
    within(second, 0, 59) &&
    within(ms, 0, 999)
  );
}

/** What a wall-clock time means in a zone. */
export type ZonedReading =
  /** `ambiguous`: clocks were put back and showed this time twice; `fold` chose. */
  | { readonly kind: "instant"; readonly at: EpochMs; readonly ambiguous: boolean }
  /** Clocks were put forward over this time; `at` reads it with the offset before the gap. */
  | { readonly kind: "gap"; readonly at: EpochMs };

/**
 * The instant that a wall clock in `zone` showed as `civil`.
 *
 * A summer-time fold (one time, two instants) is resolved by `fold` and marked ambiguous; a gap is an outcome of its
 * own. Errors: a date that the calendar does not have (check {@link isCivilTime} first) and an unknown zone are bugs
 * and throw.
 */
export function localToUtc(zone: Zone | string, civil: CivilTime, fold: "earlier" | "later"): ZonedReading {
  invariant(isCivilTime(civil), `a civil time exists in the calendar, got ${JSON.stringify(civil)}`);
  const local = localMs(civil);
  const table = tableOf(zone);
  // Clocks change by far less than a day, so the offsets a day before and after are the only two that can apply.
  const offsetBefore = offsetAt(table, local - DAY_MS);
  const offsetAfter = offsetAt(table, local + DAY_MS);
  const before = local - offsetBefore;
  const after = local - offsetAfter;
  if (before === after) return { kind: "instant", at: epochMs(before), ambiguous: false };
  const beforeHolds = offsetAt(table, before) === offsetBefore;
  const afterHolds = offsetAt(table, after) === offsetAfter;
  if (beforeHolds && afterHolds) {
    const at = fold === "earlier" ? Math.min(before, after) : Math.max(before, after);
    return { kind: "instant", at: epochMs(at), ambiguous: true };
  }
  if (!beforeHolds && !afterHolds) return { kind: "gap", at: epochMs(before) };
  return { kind: "instant", at: epochMs(beforeHolds ? before : after), ambiguous: false };
}

/** Milliseconds that clocks in `zone` are ahead of UTC at an instant. About 20 ns; no Intl or Temporal on the way. */
export function utcOffsetMs(zone: Zone | string, at: number): number {
  return offsetAt(tableOf(zone), at);
}

/** The first instant after `at` from which the zone's offset is another; Infinity when there is none before 2100. */
export function nextTransition(zone: Zone | string, at: number): number {
  const table = tableOf(zone);
  return table.starts[indexAt(table, at) + 1] ?? Number.POSITIVE_INFINITY;
}

/** Civil day, counted in days from 1970-01-01, that a calendar in `zone` shows at an instant. */
export const civilDay = (zone: Zone | string, at: number): number => Math.floor((at + utcOffsetMs(zone, at)) / DAY_MS);

/** What clocks in `zone` show at an instant, in milliseconds since their midnight: 0 to 86,399,999. */
export function clockMs(zone: Zone | string, at: number): number {
  const local = at + utcOffsetMs(zone, at);
  return local - Math.floor(local / DAY_MS) * DAY_MS;
}

/** First instant of a civil day (days from 1970-01-01): midnight, or the end of the gap where clocks skip midnight. */
export function civilDayStart(zone: Zone | string, epochDay: number): EpochMs {
  const local = epochDay * DAY_MS;
  const table = tableOf(zone);
  const offsetBefore = offsetAt(table, local - DAY_MS);
  const offsetAfter = offsetAt(table, local + DAY_MS);
  const earlier = local - Math.max(offsetBefore, offsetAfter);
  const later = local - Math.min(offsetBefore, offsetAfter);
  if (civilDay(zone, earlier) === epochDay) return epochMs(earlier);
  const change = nextTransition(zone, earlier);
  return epochMs(Math.min(change, later));
}

/**
 * Offsets of a zone: from `starts[i]` until `starts[i + 1]` it is `offsets[i]`; `last` is where the latest look-up
 * ended.
 */
interface OffsetTable {
  readonly zone: string;
  readonly starts: Float64Array;
  readonly offsets: Float64Array;
  last: number;
}

/** Outside this span (telecom records fall inside it) Temporal is asked each time. 1970-01-01 and 2100-01-01. */
const TABLE_FROM = 0;
const TABLE_UNTIL = 4_102_444_800_000;

const tables = new Map<string, OffsetTable>();
let latest: OffsetTable | undefined;

function tableOf(zone: string): OffsetTable {
  if (latest?.zone === zone) return latest;
  let table = tables.get(zone);
  if (!table) {
    table = buildTable(zone);
    tables.set(zone, table);
  }
  latest = table;
  return table;
}

function buildTable(zone: string): OffsetTable {
  let zoned: Temporal.ZonedDateTime | null = toZoned(TABLE_FROM, zone);
  const starts: number[] = [TABLE_FROM];
  const offsets: number[] = [zoned.offsetNanoseconds / 1e6];
  for (;;) {
    zoned = zoned.getTimeZoneTransition("next");
    if (zoned === null || zoned.epochMilliseconds >= TABLE_UNTIL) break;
    starts.push(zoned.epochMilliseconds);
    offsets.push(zoned.offsetNanoseconds / 1e6);
  }
  return { zone, starts: Float64Array.from(starts), offsets: Float64Array.from(offsets), last: 0 };
}

function offsetAt(table: OffsetTable, at: number): number {
  if (at < TABLE_FROM || at >= TABLE_UNTIL) return toZoned(at, table.zone).offsetNanoseconds / 1e6;
  return table.offsets[indexAt(table, at)] as number;
}

/**
 * Index of the offset in force at an instant. Calls come roughly in time order, so the latest answer is tried first.
 */
function indexAt(table: OffsetTable, at: number): number {
  const { starts, last } = table;
  if (at >= (starts[last] as number) && !(at >= (starts[last + 1] as number))) return last;
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= at) low = middle;
    else high = middle;
  }
  table.last = low;
  return low;
}

const toZoned = (at: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);

const localMs = ({ year, month, day, hour, minute, second, ms }: CivilTime): number =>
  daysFromCivil(year, month, day) * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1_000 + ms;
