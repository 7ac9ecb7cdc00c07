import { daysFromCivil, daysInMonth } from "./civil-day.ts";
import { type EpochMs, fromInstant } from "./epoch.ts";
import { civilDayStart, type Zone } from "./zone.ts";

/**
 * The instant that a person means by "2026-03-01" (the first one of that day in `zone`) or by "2026-03-01T08:00:00Z",
 * "2026-03-01T09:00+01:00" (ISO 8601 with an offset). Undefined for anything else: a local time without an offset may
 * mean two instants, or none.
 */
export function parseInstant(text: string, zone: Zone | string): EpochMs | undefined {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (day) {
    const [year, month, date] = [Number(day[1]), Number(day[2]), Number(day[3])];
    const exists = year >= 1 && date >= 1 && date <= (daysInMonth(year, month) ?? 0);
    return exists ? civilDayStart(zone, daysFromCivil(year, month, date)) : undefined;
  }
  if (!/^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  try {
    return fromInstant(Temporal.Instant.from(text));
  } catch {
    return undefined; // the right letters, but no such time
  }
}
