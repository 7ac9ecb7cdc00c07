import { type Nanos, nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import type { AccountLimits, CallPace, GroupLimits, SessionLimits } from "../../core/tenancy/session-limits.ts";

/** Limits as they are stored: amounts are decimals, and what is not limited is left out. */
export interface SessionLimitsJson {
  readonly openSessions?: number;
  readonly callS?: number;
  readonly pace?: CallPace;
  readonly daySpend?: string;
  readonly monthSpend?: string;
}

interface GroupLimitsJson extends SessionLimitsJson {
  readonly group: string;
  readonly isBlocked?: true;
}

export interface AccountLimitsJson extends SessionLimitsJson {
  readonly groups?: readonly GroupLimitsJson[];
}

export const accountLimitsFromJson = ({ groups = [], ...own }: AccountLimitsJson): AccountLimits => ({
  ...sessionLimitsFromJson(own),
  groups: groups.map(
    ({ group, isBlocked = false, ...limits }): GroupLimits => ({ group, isBlocked, ...sessionLimitsFromJson(limits) }),
  ),
});

export const accountLimitsToJson = ({ groups, ...own }: AccountLimits): AccountLimitsJson => ({
  ...sessionLimitsToJson(own),
  ...(groups.length > 0 && {
    groups: groups.map(({ group, isBlocked, ...limits }) => ({
      ...{ group, ...(isBlocked && { isBlocked }) },
      ...sessionLimitsToJson(limits),
    })),
  }),
});

export const sessionLimitsFromJson = (limits: SessionLimitsJson): SessionLimits => ({
  openSessions: limits.openSessions ?? null,
  callS: limits.callS ?? null,
  pace: limits.pace ?? null,
  daySpend: amountOrNull(limits.daySpend),
  monthSpend: amountOrNull(limits.monthSpend),
});

export const sessionLimitsToJson = (limits: SessionLimits): SessionLimitsJson => ({
  ...(limits.openSessions !== null && { openSessions: limits.openSessions }),
  ...(limits.callS !== null && { callS: limits.callS }),
  ...(limits.pace !== null && { pace: limits.pace }),
  ...(limits.daySpend !== null && { daySpend: nanosToSql(limits.daySpend) }),
  ...(limits.monthSpend !== null && { monthSpend: nanosToSql(limits.monthSpend) }),
});

const amountOrNull = (text: string | undefined): Nanos | null => (text === undefined ? null : nanosFromSql(text));
