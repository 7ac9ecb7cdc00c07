import { Cron } from "croner";
import { invariant } from "../../core/invariant.ts";
import { type EpochMs, fromInstant, toInstant } from "../../core/time/epoch.ts";
import type { Schedule } from "./common-settings.ts";

const MS_PER_S = 1_000;
/** The first try after a failure. */
const RETRY_S = 30;
const RETRY_S_MAX = 1_800;

/** Whether croner reads the text as a pattern of five fields (or six, seconds first) that some time fits. */
export function isCron(text: string): boolean {
  try {
    return new Cron(text, { paused: true, timezone: "UTC" }).nextRun() !== null;
  } catch {
    return false;
  }
}

/** When a pull runs next that began a run at `startedAt` which went well. */
export function nextRunAt({ everyS, cron, timeZone = "UTC" }: Schedule, startedAt: EpochMs): EpochMs {
  if (everyS !== undefined) return (startedAt + everyS * MS_PER_S) as EpochMs;
  invariant(cron, "a schedule has everyS or cron");
  const next = new Cron(cron, { paused: true, timezone: timeZone }).nextRun(toInstant(startedAt).toString());
  invariant(next, "isCron has found a time that fits");
  return fromInstant(next.toTemporalInstant());
}

/** Seconds to wait after so many failures in a row: sooner than a daily schedule says, later than a close one. */
export const retryS = (failures: number): number => Math.min(RETRY_S * 2 ** (failures - 1), RETRY_S_MAX);
