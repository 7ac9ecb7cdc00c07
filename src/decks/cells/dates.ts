import { type EpochMs, epochMs, fromInstant } from "../../core/time/epoch.ts";

/** Order of day and month where both are numbers and the year stands last. */
export type DateOrder = "dmy" | "mdy";

/** How the months begin, without accents: English, German, French, Spanish, Italian, Portuguese, Russian. */
const MONTHS = [
  ...[/^(jan|ene|gen|янв)/, /^(feb|fev|фев)/, /^(mar|мар)/, /^(apr|avr|abr|апр)/, /^(ma[iyg]|ма[ия])/],
  ...[/^(jun|juin|giu|июн)/, /^(jul|juil|lug|июл)/, /^(aug|aou|ago|авг)/, /^(se[pt]|сен)/],
  ...[/^(oct|okt|ott|out|окт)/, /^(nov|ноя)/, /^(de[cz]|dic|дек)/],
];

/** From 1; 0 for a word that is no month. */
function monthNamed(word: string): number {
  const plain = word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return MONTHS.findIndex((month) => month.test(plain)) + 1;
}

const TIME = /(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([AaPp])\.?[Mm]\.?)?)?/;
const ZONE = /(?:\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?$/;
const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.]?)(\\d{1,2})\\2(\\d{1,2})${TIME.source}${ZONE.source}`);
const YEAR_LAST = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4}|\\d{2})${TIME.source}${ZONE.source}`);
const DAY_NAMED = /^(\d{1,2})(?:st|nd|rd|th|er|º)?[-/ .]+(?:de )?(\p{L}{3,10})[-/ .,]+(?:de )?(\d{4}|\d{2})/u;
const MONTH_NAMED = /^(\p{L}{3,10})[-/ .]+(\d{1,2})(?:st|nd|rd|th)?[-/ ,]+(\d{4})/u;
/** "Tuesday, December 15, 2026" */
const WEEKDAY = /^\p{L}{4,10}, ?(?=[\p{L}\d])/u;

/** Serials that are dates of 1990 to 2100; other bare numbers in a date column are no dates. */
const SERIAL_MIN = 32_874;
const SERIAL_MAX = 73_051;

/** Years that a date of two digits in front may mean: "26-03-09". */
const isShortYear = (value: number): boolean => value >= 20 && value < 50;

/**
 * Day/month order of a column, from all its cells together. `undefined`: every date reads both ways and the readings
 * differ, or the dates contradict each other, or the year may stand first; `null`: there are no such dates, or they read
 * alike both ways. Dates with points are always day first.
 */
export function detectDateOrder(texts: Iterable<string>): DateOrder | null | undefined {
  const votes = { dmy: 0, mdy: 0 };
  let doubtful = 0;
  const shortYears = { first: 0, last: 0, all: 0 };
  for (const text of texts) {
    const match = YEAR_LAST.exec(text);
    if (match === null) continue;
    const [first, second] = [Number(match[1]), Number(match[3])];
    if (match[4]?.length === 2) {
      shortYears.all += 1;
      if (isShortYear(first)) shortYears.first += 1;
      if (isShortYear(Number(match[4]))) shortYears.last += 1;
    }
    if (first > 12 || match[2] === ".") votes.dmy += 1;
    else if (second > 12) votes.mdy += 1;
    else if (first !== second) doubtful += 1;
  }
  if (shortYears.first === shortYears.all && shortYears.last < shortYears.all) return undefined;
  if (votes.dmy > 0 && votes.mdy > 0) return undefined;
  if (votes.dmy === 0 && votes.mdy === 0) return doubtful === 0 ? null : undefined;
  return votes.mdy > 0 ? "mdy" : "dmy";
}

/**
 * A date cell to the instant at which that day, or that time of day, starts in `timeZone`. Fractions of a millisecond
 * are cut. Undefined when the text is no date.
 */
export function parseDeckDate(text: string, order: DateOrder, timeZone: string): EpochMs | undefined {
  if (/^\d{5}(\.\d+)?$/.test(text)) return serialDate(Number(text), timeZone);
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst !== null) {
    const [, year, , month, day, ...clock] = yearFirst;
    return civil({ year: Number(year), month: Number(month), day: Number(day) }, clock, timeZone);
  }
  const yearLast = YEAR_LAST.exec(text);
  if (yearLast !== null) {
    const [, first, , second, year, ...clock] = yearLast;
    const [day, month] = order === "dmy" ? [first, second] : [second, first];
    return civil({ year: fullYear(year as string), month: Number(month), day: Number(day) }, clock, timeZone);
  }
  return namedDate(text.replace(WEEKDAY, ""), timeZone);
}

/** "15-Dec-2026", "1er janvier 2027", "December 15, 2026". */
function namedDate(text: string, timeZone: string): EpochMs | undefined {
  const dayFirst = DAY_NAMED.exec(text);
  const monthFirst = dayFirst === null ? MONTH_NAMED.exec(text) : null;
  const [whole, day, month, year] = dayFirst ?? [monthFirst?.[0], monthFirst?.[2], monthFirst?.[1], monthFirst?.[3]];
  if (whole === undefined || month === undefined || year === undefined) return undefined;
  const clock = new RegExp(`^${TIME.source}${ZONE.source}`).exec(text.slice(whole.length));
  if (clock === null) return undefined;
  return civil({ year: fullYear(year), month: monthNamed(month), day: Number(day) }, clock.slice(1), timeZone);
}

/** Whether day and month of `text` can only be read one way because one of them is above 12. */
export function isDecisiveDate(text: string): boolean {
  const match = YEAR_LAST.exec(text);
  return match !== null && (Number(match[1]) > 12 || Number(match[3]) > 12);
}

/** Day of the month of a date serial. */
export const serialDay = (serial: number): number => new Date((Math.floor(serial) - 25_569) * 86_400_000).getUTCDate();

/** "0000-00-00", "00/00/0000": how databases export a date that is none. */
export const isZeroDate = (text: string): boolean => /^0[0\W]*$/.test(text);

/** Days since 1899-12-30, as spreadsheets store dates; the fraction is the time of day, to the second. */
export function serialDate(serial: number, timeZone: string): EpochMs | undefined {
  if (serial < SERIAL_MIN || serial > SERIAL_MAX) return undefined;
  const localMs = Math.floor((serial - 25_569) * 86_400 + 0.5) * 1_000;
  return atZone(localMs, timeZone);
}

const fullYear = (text: string): number => (text.length === 2 ? 2_000 + Number(text) : Number(text));

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** `clock`: hour, minute, second, fraction, a/p, zone, each as matched. */
function civil(
  { year, month, day }: Day,
  clock: readonly (string | undefined)[],
  timeZone: string,
): EpochMs | undefined {
  const [hourText = "0", minute = "0", second = "0", fraction = "", half, zone] = clock;
  if (year < 1970 || month < 1 || month > 12 || day < 1) return undefined;
  let hour = Number(hourText);
  if (half !== undefined) hour = (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  if (hour > 24 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const midnightMs = Date.UTC(year, month - 1, day);
  if (midnightMs >= Date.UTC(year, month, 1)) return undefined;
  const clockMs =
    ((hour * 60 + Number(minute)) * 60 + Number(second)) * 1_000 + Number(fraction.slice(0, 3).padEnd(3, "0"));
  const localMs = midnightMs + clockMs;
  if (zone === undefined) return atZone(localMs, timeZone);
  return epochMs(localMs - offsetMs(zone));
}

/** "+05:30", or "+00" as PostgreSQL writes it, to milliseconds; Z, UTC and GMT are 0. */
function offsetMs(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (match === null) return 0;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0)) * 60_000;
}

/** A local time, counted as if it were UTC, to the instant; in a gap or fold of summer time the RFC 5545 reading. */
function atZone(localMs: number, timeZone: string): EpochMs {
  if (timeZone === "UTC") return epochMs(localMs);
  const local = Temporal.Instant.fromEpochMilliseconds(localMs).toZonedDateTimeISO("UTC").toPlainDateTime();
  return fromInstant(local.toZonedDateTime(timeZone).toInstant());
}

/** Whether `text` says that a price holds at once. */
export const isImmediate = (text: string): boolean => /^(immediate(ly)?|now|asap|at once|current)$/i.test(text);
