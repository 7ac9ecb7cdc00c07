import { invariant } from "../invariant.ts";

/** Civil dates in the account's zone, half-open: March is 2026-03-01 to 2026-04-01. */
export interface BillingPeriod {
  readonly startDate: Temporal.PlainDate;
  readonly endDate: Temporal.PlainDate;
}

/** The calendar month that a text like "2026-03" names; undefined for anything else. */
export function parseMonth(text: string): BillingPeriod | undefined {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return undefined;
  const startDate = Temporal.PlainDate.from(`${text}-01`);
  return { startDate, endDate: startDate.add({ months: 1 }) };
}

/**
 * The instants that bound a period: the first moments of its two dates on clocks in `timeZone`, half-open. Summer time
 * makes a March of 743 hours in Berlin; where clocks skip midnight the day starts when the gap ends.
 */
export function periodInstants(
  { startDate, endDate }: BillingPeriod,
  timeZone: string,
): { readonly startAt: Temporal.Instant; readonly endAt: Temporal.Instant } {
  invariant(Temporal.PlainDate.compare(startDate, endDate) < 0, `period ${startDate} to ${endDate} has a day or more`);
  const startOf = (date: Temporal.PlainDate) => date.toZonedDateTime({ timeZone }).toInstant();
  return { startAt: startOf(startDate), endAt: startOf(endDate) };
}
