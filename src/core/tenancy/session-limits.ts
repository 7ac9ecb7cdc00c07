import type { Nanos } from "../money/nanos.ts";

/** What sessions may do, whatever money there is; null: no limit. A reseller's holds for all below it, too. */
export interface SessionLimits {
  /** Sessions that are open at once. */
  readonly openSessions: number | null;
  /** Seconds of one call. */
  readonly callS: number | null;
  /** How fast sessions may begin. */
  readonly pace: CallPace | null;
  /** Spent on usage in one day, and in one month, of the account's time zone, in its currency. */
  readonly daySpend: Nanos | null;
  readonly monthSpend: Nanos | null;
}

/**
 * Calls per second, and how many may begin at once: in any stretch of `s` seconds at most `burst + perSecond × s` calls
 * begin. Both are whole numbers above 0.
 */
export interface CallPace {
  readonly perSecond: number;
  readonly burst: number;
}

/** Whether there is a limit at all. */
export const hasLimits = ({ openSessions, callS, pace, daySpend, monthSpend }: SessionLimits): boolean =>
  [openSessions, callS, pace, daySpend, monthSpend].some((limit) => limit !== null);

/** The limits of an account's calls to one group of destinations. */
export interface GroupLimits extends SessionLimits {
  /** The group's name. */
  readonly group: string;
  /** No call may go there. */
  readonly isBlocked: boolean;
}

/** The limits of all of an account's calls, and closer ones of calls to groups of destinations. */
export interface AccountLimits extends SessionLimits {
  readonly groups: readonly GroupLimits[];
}

export const NO_SESSION_LIMITS: SessionLimits = {
  ...{ openSessions: null, callS: null, pace: null, daySpend: null, monthSpend: null },
};

export const NO_ACCOUNT_LIMITS: AccountLimits = { ...NO_SESSION_LIMITS, groups: [] };
