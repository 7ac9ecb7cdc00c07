import { invariant } from "../invariant.ts";
import { civilFromDays, DAY_MS, DAY_S, daysFromCivil, isoWeekday } from "../time/civil-day.ts";
import { clockMs, nextTransition, utcOffsetMs } from "../time/zone.ts";
import { type HolidayCalendar, holidayDays } from "./holidays.ts";
import type { TimeWindow } from "./tariff.ts";

/** The windows of one tariff, made ready for look-ups: numbers instead of dates and names. */
export interface ClockWindows {
  readonly zone: string;
  readonly windows: readonly ClockWindow[];
  /**
   * Clock times, in ms since midnight and rising, at which some window may open or close; the last is the next
   * midnight.
   */
  readonly edgesMs: readonly number[];
}

export interface ClockWindow {
  readonly name: string;
  /** Place among the tariff's windows by priority, then in the order of its terms: the lowest that is open wins. */
  readonly rank: number;
  /** Bit n is ISO weekday n; 0: every day. */
  readonly weekdays: number;
  /** Days counted from 1970-01-01, and `month × 100 + day` for those of every year; null: every date. */
  readonly dates: { readonly days: ReadonlySet<number>; readonly yearly: ReadonlySet<number> } | null;
  readonly fromS: number;
  readonly untilS: number;
}

/** Errors: a window that the import should have refused (empty, no such date) is a bug and throws. */
export function compileWindows(
  zone: string,
  windows: readonly TimeWindow[],
  calendars: readonly HolidayCalendar[] = [],
): ClockWindows {
  const edges = new Set(windows.flatMap(({ fromS, untilS }) => [fromS, untilS]).filter((edgeS) => edgeS > 0));
  edges.add(DAY_S);
  const wanted = new Set(windows.map(({ calendar }) => calendar));
  const holidays = new Map(
    calendars.filter(({ name }) => wanted.has(name)).map((calendar) => [calendar.name, holidayDays(calendar)]),
  );
  const ranked = windows.toSorted((a, b) => b.priority - a.priority); // stable
  return {
    zone,
    windows: windows.map((window) =>
      compileWindow(window, ranked.indexOf(window), holidays.get(window.calendar ?? "")),
    ),
    edgesMs: [...edges].sort((a, b) => a - b).map((edgeS) => edgeS * 1_000),
  };
}

/** Whether a window is open at an instant. */
export function isOpen({ zone, windows }: ClockWindows, index: number, at: number): boolean {
  const window = windows[index];
  invariant(window, "the window is one of the tariff's");
  const local = at + utcOffsetMs(zone, at);
  const epochDay = Math.floor(local / DAY_MS);
  const clockS = Math.floor((local - epochDay * DAY_MS) / 1_000);
  const { fromS, untilS } = window;
  if (fromS < untilS) return clockS >= fromS && clockS < untilS && includesDay(window, epochDay);
  return (clockS >= fromS && includesDay(window, epochDay)) || (clockS < untilS && includesDay(window, epochDay - 1));
}

/**
 * The first instant after `at` at which a window may open or close. Until the zone's next change of clocks they run
 * evenly, so the next edge is found by subtraction; the change itself counts as an edge, because clocks jump there.
 */
export function nextEdge({ zone, edgesMs }: ClockWindows, at: number): number {
  const clock = clockMs(zone, at);
  const edge = edgesMs.find((edgeMs) => edgeMs > clock) ?? DAY_MS;
  return Math.min(at + edge - clock, nextTransition(zone, at));
}

function includesDay({ weekdays, dates }: ClockWindow, epochDay: number): boolean {
  if (weekdays !== 0 && (weekdays & (1 << isoWeekday(epochDay))) === 0) return false;
  if (dates === null || dates.days.has(epochDay)) return true;
  const { month, day } = civilFromDays(epochDay);
  return dates.yearly.has(month * 100 + day);
}

function compileWindow(
  { name, weekdays, dates, calendar, fromS, untilS }: TimeWindow,
  rank: number,
  holidays: ReadonlySet<number> | undefined,
): ClockWindow {
  invariant(calendar === undefined || holidays !== undefined, `the calendar of window ${name} is one of the tariff's`);
  invariant(
    fromS >= 0 && fromS < DAY_S && untilS > 0 && untilS <= DAY_S && fromS !== untilS,
    `window ${name} is empty`,
  );
  return {
    name,
    rank,
    weekdays: weekdays.reduce((bits, weekday) => bits | (1 << weekday), 0),
    dates: dates.length === 0 && holidays === undefined ? null : compileDates(name, dates, holidays),
    fromS,
    untilS,
  };
}

function compileDates(name: string, dates: readonly string[], holidays: ReadonlySet<number> = new Set()) {
  const days = new Set(holidays);
  const yearly = new Set<number>();
  for (const date of dates) {
    const match = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/.exec(date);
    invariant(match, `a date of window ${name} is "2026-12-25" or "12-25", got "${date}"`);
    const [, year, month, day] = match;
    if (year === undefined) yearly.add(Number(month) * 100 + Number(day));
    else days.add(daysFromCivil(Number(year), Number(month), Number(day)));
  }
  return { days, yearly };
}
