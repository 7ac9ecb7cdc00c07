import { type EpochMs, epochMs } from "./epoch.ts";
import type { Zone } from "./zone.ts";

/**
 * The instants of a billing period: half-open [from, until), from the start of `startDate` to the start of `endDate` in
 * `zone`, whatever length its days have. `endDate` is the first day that no longer belongs to the period.
 */
export function periodBounds(
  zone: Zone | string,
  startDate: Temporal.PlainDate,
  endDate: Temporal.PlainDate,
): readonly [from: EpochMs, until: EpochMs] {
  return [startOfDate(zone, startDate), startOfDate(zone, endDate)];
}

/**
 * Start date of the `index`-th period of whole months since `anchorDate`: a period anchored on the 31st starts on the
 * last day of shorter months, and on the 31st again after them.
 */
export function monthlyPeriodStart(anchorDate: Temporal.PlainDate, index: number, months = 1): Temporal.PlainDate {
  return anchorDate.add({ months: index * months }, { overflow: "constrain" });
}

/** The first day of the month that a date is in. */
export const monthStart = (date: Temporal.PlainDate): Temporal.PlainDate => date.with({ day: 1 });

/** The civil date that a calendar in `zone` shows at an instant. */
export const dateIn = (zone: Zone | string, at: EpochMs): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();

/** Midnight, or the first instant after it where clocks skip midnight. */
const startOfDate = (zone: string, date: Temporal.PlainDate): EpochMs =>
  epochMs(date.toZonedDateTime({ timeZone: zone }).epochMilliseconds);
