import type { SessionLimits } from "../tenancy/session-limits.ts";

/** Whether an account has as many sessions open as it may have. */
export const hasAllSessionsOpen = ({ openSessions }: Pick<SessionLimits, "openSessions">, open: number): boolean =>
  openSessions !== null && open >= openSessions;

/** The longest call that all of the accounts allow that pay for it, in seconds; at most `mostS`. */
export const longestCallS = (limits: readonly Pick<SessionLimits, "callS">[], mostS: number): number =>
  Math.min(mostS, ...limits.map(({ callS }) => callS ?? mostS));
