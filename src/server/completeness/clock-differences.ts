import { type ClockOffset, estimateClockOffset, type Sighting } from "../../core/completeness/clock-offset.ts";
import type { Source } from "../mediation/source.ts";
import type { Finding, Period } from "./finding.ts";

/** How the clock of a source stands against that of the source it is paired with. */
export interface PairedClock {
  readonly source: Source;
  readonly pairedWith: string;
  /** null: too few calls were seen by both. */
  readonly offset: ClockOffset | null;
}

/** `partner` is the clock that `source` is compared with. */
export const comparePair = (
  source: Source,
  partner: Source,
  sightings: { readonly ofSource: readonly Sighting[]; readonly ofPartner: readonly Sighting[] },
): PairedClock => ({
  source,
  pairedWith: partner.name,
  offset: estimateClockOffset(sightings.ofPartner, sightings.ofSource),
});

/** A clock that differs by more than the source's tolerance. */
export function findClockFault({ source, pairedWith, offset }: PairedClock, { until }: Period): readonly Finding[] {
  const toleranceMs = source.config.completeness.clockToleranceS * 1_000;
  if (offset === null || Math.abs(offset.offsetMs) <= toleranceMs) return [];
  return [
    {
      kind: "clock-off",
      sourceId: source.id,
      source: source.name,
      // A few seconds more or less are the same trouble.
      subject: `${pairedWith} ${offset.zoneMinutes === null ? "drift" : `zone ${offset.zoneMinutes}`}`,
      at: until,
      what: `The clock of ${source.name} is ${offsetText(offset)} that of ${pairedWith}, by ${offset.calls} calls that both saw.`,
      fix:
        offset.zoneMinutes === null
          ? "Let both switches follow the same time servers (NTP)."
          : "So much is a time zone or summer time: correct timeZone in the settings of one of them and import its files again.",
      count: null,
    },
  ];
}

/** "2.4 s ahead of", "1 h 0 min behind (a whole zone)", with the trend if there is one. */
export function offsetText({ offsetMs, trendMsPerDay, zoneMinutes }: ClockOffset): string {
  const side = offsetMs >= 0 ? "ahead of" : "behind";
  if (zoneMinutes !== null) {
    const minutes = Math.abs(zoneMinutes);
    return `${Math.floor(minutes / 60)} h ${minutes % 60} min ${side}`;
  }
  const trend = trendMsPerDay === null ? "" : ` (${secondsText(trendMsPerDay, "always")} s more a day)`;
  return `${secondsText(Math.abs(offsetMs))} s${trend} ${side}`;
}

/** Milliseconds as seconds with three digits. */
function secondsText(ms: number, sign: "auto" | "always" = "auto"): string {
  return new Intl.NumberFormat("en", {
    maximumFractionDigits: 3,
    useGrouping: false,
    signDisplay: sign === "always" ? "exceptZero" : "auto",
  }).format(ms / 1_000);
}
