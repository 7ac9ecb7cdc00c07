import { invariant } from "../invariant.ts";
import { daysFromCivil, daysInMonth, isoWeekday } from "../time/civil-day.ts";
import { easterSunday } from "../time/easter.ts";

/** Holidays by a name that windows ask for. */
export interface HolidayCalendar {
  readonly name: string;
  readonly holidays: readonly Holiday[];
  /**
   * What a holiday on a weekend does: `none`; `weekend`: one on Saturday is observed on Friday too, one on Sunday on
   * Monday (United States); `next-workday`: on the next day that is neither a weekend's nor a holiday (United Kingdom).
   * The day itself stays a holiday.
   */
  readonly observed: "none" | "weekend" | "next-workday";
}

/**
 * A day as text: "2026-12-25"; "12-25" of every year; "easter-2", "easter", "easter+39" in days; "11-4th-thu" and
 * "05-last-mon" of every year.
 */
export type Holiday = string;

/** Windows look at calls of these years: nothing is priced before, and a version is not in force so long. */
const [FIRST_YEAR, LAST_YEAR] = [2000, 2100];

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

type DayRule = (year: number) => number | null;

/** Which day a holiday is in a year; undefined for a text that says none. */
export function parseHoliday(text: Holiday): DayRule | undefined {
  const dated = /^(?:(\d{4})-)?(\d\d)-(\d\d)$/.exec(text);
  if (dated !== null) {
    const [month, day] = [Number(dated[2]), Number(dated[3])];
    const only = dated[1] === undefined ? null : Number(dated[1]);
    if (!isDate(only ?? 2024, month, day)) return undefined;
    return (year) =>
      (only === null || only === year) && isDate(year, month, day) ? daysFromCivil(year, month, day) : null;
  }
  const easter = /^easter(?:([+-])(\d{1,3}))?$/.exec(text);
  if (easter !== null) {
    const offset = Number(`${easter[1] ?? ""}${easter[2] ?? 0}`);
    return (year) => {
      const { month, day } = easterSunday(year);
      return daysFromCivil(year, month, day) + offset;
    };
  }
  const nth = /^(0[1-9]|1[0-2])-(1st|2nd|3rd|4th|last)-(mon|tue|wed|thu|fri|sat|sun)$/.exec(text);
  return nth === null ? undefined : nthWeekday(Number(nth[1]), nth[2] as string, nth[3] as string);
}

const isDate = (year: number, month: number, day: number): boolean =>
  day >= 1 && day <= (daysInMonth(year, month) ?? 0);

function nthWeekday(month: number, place: string, weekday: string): DayRule {
  const wanted = WEEKDAYS.indexOf(weekday) + 1;
  return (year) => {
    if (place === "last") {
      const end = (month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1)) - 1;
      return end - ((isoWeekday(end) - wanted + 7) % 7);
    }
    const first = daysFromCivil(year, month, 1);
    return first + ((wanted - isoWeekday(first) + 7) % 7) + (Number(place[0]) - 1) * 7;
  };
}

/**
 * All holidays of a calendar, in days counted from 1970-01-01, observed days included.
 * Errors: a text that the setup should have refused is a bug and throws.
 */
export function holidayDays({ name, holidays, observed }: HolidayCalendar): ReadonlySet<number> {
  const rules = holidays.map((text) => {
    const rule = parseHoliday(text);
    invariant(rule, `a holiday of calendar ${name} is a day, got "${text}"`);
    return rule;
  });
  const days: number[] = [];
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year += 1) days.push(...rules.flatMap((rule) => rule(year) ?? []));
  const all = new Set(days);
  for (const day of days.sort((a, b) => a - b)) {
    const substitute = substituteOf(day, observed, all);
    if (substitute !== null) all.add(substitute);
  }
  return all;
}

function substituteOf(day: number, observed: HolidayCalendar["observed"], taken: ReadonlySet<number>): number | null {
  const weekday = isoWeekday(day);
  if (observed === "none" || weekday < 6) return null;
  if (observed === "weekend") return weekday === 6 ? day - 1 : day + 1;
  let next = day + 1;
  while (isoWeekday(next) >= 6 || taken.has(next)) next += 1;
  return next;
}
