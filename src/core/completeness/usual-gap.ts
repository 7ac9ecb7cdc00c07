import { DAY_MS } from "../time/civil-day.ts";
import { utcOffsetMs, type Zone } from "../time/zone.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HOURS_A_WEEK = 168;
/** With fewer gaps in all, nothing is known of a source's habits. */
const GAPS_MIN = 8;
/** With fewer gaps that began in an hour of the week, those of the same hour of any day stand in, then all. */
const HOUR_GAPS_MIN = 4;
/** No source is called silent before this, however busy it was. */
const ALLOWED_MS_MIN = 5 * MINUTE_MS;

/**
 * How long a source may be silent after its last sign of life, learned from its earlier ones.
 *
 * The gaps that began in the same hour of the week, or in the hour after it, tell what is usual then: a switch that
 * rests from Friday evening to Monday morning is late on Monday. Allowed is three times the usual gap (the median), or
 * half as much again as nine of ten took, whichever is more, so that one outage in the past changes nothing.
 * Signs within a minute of each other are one. null: too little is known.
 */
export function allowedGapMs(signs: readonly number[], zone: Zone | string): number | null {
  const times = distinctSigns(signs);
  const last = times.at(-1);
  if (last === undefined || times.length <= GAPS_MIN) return null;
  const gaps = times.slice(1).map((at, index) => {
    const since = times[index] as number;
    return { hour: hourOfWeek(since, zone), ms: at - since };
  });
  const hour = hourOfWeek(last, zone);
  return Math.max(
    ALLOWED_MS_MIN,
    ...[hour, (hour + 1) % HOURS_A_WEEK].map((begun) => allowedFrom(gapsLike(gaps, begun))),
  );
}

interface Gap {
  readonly hour: number;
  readonly ms: number;
}

function distinctSigns(signs: readonly number[]): number[] {
  const distinct: number[] = [];
  for (const at of [...signs].sort((a, b) => a - b))
    if (distinct.length === 0 || at - (distinct.at(-1) as number) >= MINUTE_MS) distinct.push(at);
  return distinct;
}

/** 0 is the hour after midnight on a Thursday: 1970-01-01 was one. */
function hourOfWeek(at: number, zone: Zone | string): number {
  const local = at + utcOffsetMs(zone, at);
  return Math.floor((((local % (7 * DAY_MS)) + 7 * DAY_MS) % (7 * DAY_MS)) / HOUR_MS);
}

function gapsLike(gaps: readonly Gap[], hour: number): readonly number[] {
  const sameHour = gaps.filter((gap) => gap.hour === hour);
  const sameClock = gaps.filter((gap) => gap.hour % 24 === hour % 24);
  const like = [sameHour, sameClock].find((some) => some.length >= HOUR_GAPS_MIN) ?? gaps;
  return like.map(({ ms }) => ms).sort((a, b) => a - b);
}

function allowedFrom(sorted: readonly number[]): number {
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return Math.max(3 * at(0.5), 1.5 * at(0.9));
}
