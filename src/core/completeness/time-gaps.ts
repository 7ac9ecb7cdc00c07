import { civilFromDays } from "../time/civil-day.ts";
import { localToUtc, type Zone } from "../time/zone.ts";

/** Periods of which no file came, by the clock on the wall: minutes since 1970. */
export interface TimeGap {
  readonly firstMinutes: number;
  readonly lastMinutes: number;
  readonly count: number;
}

const DAY_MINUTES = 1_440;

/**
 * The times that are missing in a series of files that are named after the time, one every `everyMinutes`, between the
 * first and the last. Times that clocks skip when summer time begins are not expected, and those that they show twice
 * are one name.
 */
export function findTimeGaps(
  seenMinutes: Iterable<number>,
  { everyMinutes, zone }: { readonly everyMinutes: number; readonly zone: Zone | string },
): readonly TimeGap[] {
  const seen = [...new Set(seenMinutes)].sort((a, b) => a - b);
  return seen.slice(1).flatMap((after, index) => {
    const before = seen[index] as number;
    const missing: number[] = [];
    for (let at = before + everyMinutes; at < after; at += everyMinutes) if (!isSkipped(at, zone)) missing.push(at);
    const [first, last] = [missing[0], missing.at(-1)];
    return first === undefined || last === undefined
      ? []
      : [{ firstMinutes: first, lastMinutes: last, count: missing.length }];
  });
}

function isSkipped(minutes: number, zone: Zone | string): boolean {
  const ofDay = ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  const date = civilFromDays((minutes - ofDay) / DAY_MINUTES);
  const civil = { ...date, hour: Math.floor(ofDay / 60), minute: ofDay % 60, second: 0, ms: 0 };
  return localToUtc(zone, civil, "earlier").kind === "gap";
}
