import { type Nanos, NO_NANOS, nanos } from "../money/nanos.ts";
import { type EpochMs, epochMs } from "../time/epoch.ts";

/** Amounts by the place that calls went to; places are told apart by whoever reads them. */
export type PlaceSums = ReadonlyMap<string, Nanos>;

/** What was charged for calls that were answered in an hour, to one place. */
export interface SpentHour {
  readonly hour: EpochMs;
  readonly place: string;
  readonly amount: Nanos;
}

/**
 * What an account was charged for usage of a period up to an hour, in hours counted from the beginning of the account's
 * day, so that limits of spend need not add the month up again at each call.
 */
export interface SpentHours {
  /** When the period began, which limits are of. */
  readonly since: EpochMs;
  /** When the day began that hours are counted from. */
  readonly dayStart: EpochMs;
  /**
   * The last journal of the account's book that is in the sums, 0 before its first; every charge has one, which tells
   * its earliest answer. null: nothing was read yet.
   */
  readonly journal: bigint | null;
  /** By when each hour begins; what is older than yesterday is together under the first. */
  readonly hours: ReadonlyMap<EpochMs, PlaceSums>;
  /** Calls that were answered from here on are not in the sums. */
  readonly closedUntil: EpochMs;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So long after an hour its calls are mostly over; one that ends later has the sums read again from its answer on. */
const LAG_MS = 600_000;

/** Of a period of which nothing is known. */
export const nothingSummed = (since: EpochMs, dayStart: EpochMs): SpentHours => ({
  ...{ since, dayStart, journal: null, hours: new Map(), closedUntil: since },
});

/** Whether sums are of this period, and of hours that end where its days do (an offset may change by half an hour). */
export const isOf = (known: SpentHours, { since, dayStart }: Pick<SpentHours, "since" | "dayStart">): boolean =>
  known.since === since && (dayStart - known.dayStart) % HOUR_MS === 0;

/** From when on charges have to be read; `earliest`: the earliest answer in journals since, null: there are none. */
export function readFrom({ since, hours, closedUntil }: SpentHours, earliest: EpochMs | null): EpochMs {
  if (earliest === null || earliest >= closedUntil) return closedUntil;
  return [...hours.keys()].reduce((from, hour) => (hour <= earliest && hour > from ? hour : from), since);
}

/** What is known together with what was read from `from` on, as of `at`. */
export function withRead(
  known: SpentHours,
  { from, rows, journal }: { readonly from: EpochMs; readonly rows: readonly SpentHour[]; readonly journal: bigint },
  { dayStart, at }: { readonly dayStart: EpochMs; readonly at: EpochMs },
): { readonly kept: SpentHours; readonly day: PlaceSums; readonly month: PlaceSums } {
  const hours = new Map<EpochMs, PlaceSums>([...known.hours].filter(([hour]) => hour < from));
  for (const { hour, place, amount } of rows) {
    const first = epochMs(Math.max(from, hour));
    hours.set(first, sumsOf([...(hours.get(first) ?? []), [place, amount]]));
  }
  const sumFrom = (first: number, until = Number.POSITIVE_INFINITY) =>
    sumsOf([...hours].flatMap(([hour, sums]) => (hour >= first && hour < until ? [...sums] : [])));
  const lastHour = dayStart + Math.floor((at - LAG_MS - dayStart) / HOUR_MS) * HOUR_MS;
  const closedUntil = epochMs(Math.max(from, lastHour));
  const older = Math.max(known.since, dayStart - DAY_MS);
  const kept = new Map([...hours].filter(([hour]) => hour >= older && hour < closedUntil));
  if (older > known.since) kept.set(known.since, sumFrom(known.since, older));
  return {
    kept: { since: known.since, dayStart, journal, hours: kept, closedUntil },
    day: sumFrom(dayStart),
    month: sumFrom(known.since),
  };
}

function sumsOf(parts: Iterable<readonly [string, Nanos]>): PlaceSums {
  const sums = new Map<string, Nanos>();
  for (const [place, amount] of parts) sums.set(place, nanos((sums.get(place) ?? NO_NANOS) + amount));
  return sums;
}
