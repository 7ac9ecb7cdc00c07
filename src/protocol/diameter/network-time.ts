import { type EpochMs, epochMs } from "../../core/time/epoch.ts";

/** Seconds from 1900-01-01 to 1970-01-01. */
const NTP_TO_UNIX_S = 2_208_988_800;
/** A count whose first bit is clear is of the era that begins on 2036-02-07T06:28:16Z (RFC 4330 §3). */
const ERA_S = 2 ** 32;
const FIRST_BIT = 2 ** 31;

/** What a Time can say: from 1968-01-20T03:14:08Z until before 2104-02-26T09:42:24Z. */
const UNIX_S_MIN = FIRST_BIT - NTP_TO_UNIX_S;
const UNIX_S_MAX = ERA_S + FIRST_BIT - 1 - NTP_TO_UNIX_S;

/** The instant of a Time's four octets (RFC 6733 §4.3.1). */
export const readNetworkTime = (seconds: number): EpochMs =>
  epochMs(((seconds >= FIRST_BIT ? seconds : seconds + ERA_S) - NTP_TO_UNIX_S) * 1_000);

/** The count of seconds of an instant, its fraction dropped; undefined outside of what a Time can say. */
export function writeNetworkTime(at: EpochMs): number | undefined {
  const unixS = Math.floor(at / 1_000);
  if (!(unixS >= UNIX_S_MIN && unixS <= UNIX_S_MAX)) return undefined;
  return (unixS + NTP_TO_UNIX_S) % ERA_S;
}
