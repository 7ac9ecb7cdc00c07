import type { Increments } from "../../core/tariff/rate.ts";
import type { TariffTerms } from "../../core/tariff/tariff.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { parseInstant } from "../../core/time/instant-text.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";

/** What has no date of its own holds for calls of any time. */
export const ANY_TIME: EpochMs = epochMs(0);

/** A time as a person writes it, on the clock of the tariff; null after a fault, and where nothing is written. */
export function readTime(
  text: string | undefined,
  at: string,
  { timeZone }: Pick<TariffTerms, "timeZone">,
  faults: SetupFaults,
): EpochMs | null {
  if (text === undefined) return null;
  const time = parseInstant(text, timeZone);
  if (time === undefined)
    faults.add(
      at,
      `"${text}" is no time.`,
      'Write a date "2026-03-01", or a time with its offset "2026-03-01T08:00:00Z".',
    );
  return time ?? null;
}

/** "30/6", whose form the schema has checked. */
export function readIncrements(text: string): Increments {
  const [firstS = 0, nextS = 0] = text.split("/").map(Number);
  return { firstS, nextS };
}
