import type { Nanos } from "../money/nanos.ts";

/** What sessions of an account may do, whatever its money; null: no limit. It holds for all below a reseller, too. */
export interface SessionLimits {
  /** Sessions that are open at once. */
  readonly openSessions: number | null;
  /** Seconds of one call. */
  readonly callS: number | null;
  /** Spent on usage in one day, and in one month, of the account's time zone, in its currency. */
  readonly daySpend: Nanos | null;
  readonly monthSpend: Nanos | null;
}

export const NO_SESSION_LIMITS: SessionLimits = { openSessions: null, callS: null, daySpend: null, monthSpend: null };
