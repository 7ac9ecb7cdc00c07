import { type EpochMs, epochMs } from "./epoch.ts";

/** Stretches of civil time that a person names: each means another time each day. */
export const NAMED_PERIODS = ["today", "yesterday", "this-month", "last-month"] as const;
export type NamedPeriod = (typeof NAMED_PERIODS)[number];

/** When a named period is, half-open, for somebody in a zone at an instant. */
export function namedPeriod(
  name: NamedPeriod,
  zone: string,
  at: Temporal.Instant,
): { readonly from: EpochMs; readonly until: EpochMs } {
  const today = at.toZonedDateTimeISO(zone).startOfDay();
  const month = today.with({ day: 1 }).startOfDay();
  const starts = {
    today: [today, today.add({ days: 1 })],
    yesterday: [today.subtract({ days: 1 }), today],
    "this-month": [month, month.add({ months: 1 })],
    "last-month": [month.subtract({ months: 1 }), month],
  } as const satisfies Record<NamedPeriod, readonly [Temporal.ZonedDateTime, Temporal.ZonedDateTime]>;
  const [from, until] = starts[name];
  return { from: epochMs(from.epochMilliseconds), until: epochMs(until.epochMilliseconds) };
}
