import { civilFromDays, daysFromCivil, isoWeekday } from "../time/civil-day.ts";
import { type EpochMs, epochMs } from "../time/epoch.ts";
import { civilDay, civilDayStart } from "../time/zone.ts";

/** How often something that accumulates begins anew; `once`: never, within the time it is valid. */
export const CYCLES = ["day", "week", "month", "once"] as const;
export type Cycle = (typeof CYCLES)[number];

/** A span of time, half-open; Infinity: without an end. */
export interface Span {
  readonly startAt: EpochMs;
  readonly endAt: EpochMs;
}

/** The day, week (from Monday) or month in which clocks in `zone` are at an instant. */
export function spanAt(cycle: Exclude<Cycle, "once">, zone: string, at: number): Span {
  const day = civilDay(zone, at);
  const first = firstDay(cycle, day);
  return { startAt: civilDayStart(zone, first), endAt: civilDayStart(zone, firstDayAfter(cycle, first)) };
}

/** The calendar month on clocks in `zone`: what cumulative prices are priced again for, as a whole. */
export const monthAt = (zone: string, at: number): Span => spanAt("month", zone, at);

function firstDay(cycle: Exclude<Cycle, "once">, day: number): number {
  if (cycle === "day") return day;
  if (cycle === "week") return day - (isoWeekday(day) - 1);
  const { year, month } = civilFromDays(day);
  return daysFromCivil(year, month, 1);
}

function firstDayAfter(cycle: Exclude<Cycle, "once">, first: number): number {
  if (cycle === "day") return first + 1;
  if (cycle === "week") return first + 7;
  const { year, month } = civilFromDays(first);
  return month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1);
}

/** An instant that never comes. */
export const NEVER: EpochMs = epochMs(Number.POSITIVE_INFINITY);
