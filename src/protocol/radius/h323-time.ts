import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { isCivilTime, localToUtc } from "../../core/time/zone.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `08:23:04.123 UTC Sat Nov 21 2026`; a `*` or `.` in front says that the gateway's clock is not set by others. */
const TIME = new RegExp(
  [
    /^[*.]*(\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,9}))? +(\S+) +/,
    /(?:[A-Z][a-z]{2},? +)?(?:([A-Z][a-z]{2}) +(\d{1,2})|(\d{1,2}) +([A-Z][a-z]{2})) +(\d{4})$/,
  ]
    .map(({ source }) => source)
    .join(""),
);

/**
 * The instant that a voice gateway writes as NTP text; null when it is none, or says the first day of 1970 for what
 * never came.
 *
 * `zones`: what abbreviations of zones mean ("CET" → "Europe/Paris"); UTC and GMT are known. Of a time that clocks
 * showed twice, the earlier.
 */
export function parseH323Time(text: string, zones: ReadonlyMap<string, string>): EpochMs | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const [, hour, minute, second, fraction = "", zoneText = "", monthFirst, dayAfter, dayFirst, monthAfter, year] =
    match;
  const civil = {
    ...{ year: Number(year), month: MONTHS.indexOf(monthFirst ?? monthAfter ?? "") + 1 },
    ...{ day: Number(dayAfter ?? dayFirst), hour: Number(hour), minute: Number(minute), second: Number(second) },
    ms: Number(fraction.padEnd(3, "0").slice(0, 3)),
  };
  const zone = zones.get(zoneText) ?? (zoneText === "UTC" || zoneText === "GMT" ? "UTC" : undefined);
  if (zone === undefined || civil.year <= 1970 || !isCivilTime(civil)) return null;
  return epochMs(localToUtc(zone, civil, "earlier").at);
}
