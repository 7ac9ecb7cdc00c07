import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { monthInvalid } from "./problems.ts";

/** Time from its start up to its end. */
export interface Span {
  readonly startAt: EpochMs;
  readonly endAt: EpochMs;
}

/** A calendar month in UTC, as the archive and the partitions have it; calls belong to the month of their start. */
export interface Month extends Span {
  /** "2026-03". */
  readonly text: string;
}

/**
 * The month that a text like "2026-03" names.
 *
 * @throws Problem `month-invalid`.
 */
export function readMonth(text: string): Month {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw monthInvalid({ text });
  return monthFrom(Temporal.PlainDate.from(`${text}-01`));
}

/** The month of an instant. */
export const monthAt = (at: Temporal.Instant): Month => monthFrom(at.toZonedDateTimeISO("UTC").toPlainDate());

/** The month that lies `months` before another. */
export const monthsBefore = ({ text }: Month, months: number): Month =>
  monthFrom(Temporal.PlainDate.from(`${text}-01`).subtract({ months }));

function monthFrom(date: Temporal.PlainDate): Month {
  const first = date.with({ day: 1 });
  const instant = (day: Temporal.PlainDate) => epochMs(day.toZonedDateTime("UTC").epochMilliseconds);
  return { text: first.toString().slice(0, 7), startAt: instant(first), endAt: instant(first.add({ months: 1 })) };
}

/** Its first day, as SQL takes a date. */
export const firstDay = ({ text }: Pick<Month, "text">): string => `${text}-01`;
