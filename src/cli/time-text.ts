import { type EpochMs, toInstant } from "../core/time/epoch.ts";

/** A time for people, in UTC, to the second: "2026-03-09T08:15:00Z". */
export const timeText = (at: EpochMs): string => toInstant(at).toString({ smallestUnit: "second" });

/** The same, for times that mostly are the beginnings of days: "2026-03-09" for a midnight UTC. */
export const dayOrTimeText = (at: EpochMs): string => timeText(at).replace(/T00:00:00Z$/, "");
