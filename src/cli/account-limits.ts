import type { Currency } from "../core/money/currency.ts";
import { nanosToSql } from "../core/money/nanos.ts";
import { type GroupLimits, hasLimits, type SessionLimits } from "../core/tenancy/session-limits.ts";
import type { StoredAccount } from "../server/tenancy/party.ts";
import { amountText, moneyText } from "./money-text.ts";
import type { Table } from "./table.ts";

type Limited = Pick<StoredAccount, "limits" | "lowBalance" | "whenMoneyEnds" | "currency">;

/** Limits of an account's calls and warnings of its balance, as a setup file has them. */
export const accountLimitsJson = ({ limits, lowBalance, whenMoneyEnds }: Limited): object => ({
  limits: {
    ...sessionLimitsJson(limits),
    groups: limits.groups.map(({ group, isBlocked, ...own }) => ({
      ...{ group, blocked: isBlocked },
      ...sessionLimitsJson(own),
    })),
  },
  lowBalance: lowBalance?.map(nanosToSql) ?? null,
  whenMoneyEnds,
});

const sessionLimitsJson = ({ openSessions, callS, pace, daySpend, monthSpend }: SessionLimits): object => ({
  openSessions,
  callSeconds: callS,
  callsPerSecond: pace?.perSecond ?? null,
  burst: pace?.burst ?? null,
  daySpend: daySpend === null ? null : nanosToSql(daySpend),
  monthSpend: monthSpend === null ? null : nanosToSql(monthSpend),
});

/** The same for people; what is not limited is left out. */
export function accountLimitsShown({ limits, lowBalance, whenMoneyEnds, currency }: Limited): (string | Table)[] {
  const warned = (lowBalance ?? []).map((threshold) => moneyText(threshold, currency)).join(" and ");
  const rows = [
    ...(hasLimits(limits) ? [["all calls", ...limitCells(limits, currency)]] : []),
    ...limits.groups.map((ofGroup) => [groupName(ofGroup), ...limitCells(ofGroup, currency)]),
  ];
  return [
    ...(lowBalance === null ? [] : [warned === "" ? "It is not warned of." : `Warned of below ${warned}.`]),
    ...(whenMoneyEnds === null ? [] : [`When its money ends: ${whenMoneyEnds.action}.`]),
    ...(rows.length === 0 ? [] : [{ columns: LIMIT_COLUMNS, rows }]),
  ];
}

const LIMIT_COLUMNS: Table["columns"] = [
  { title: "LIMITS OF" },
  ...["OPEN", "SECONDS", "A SECOND", "AT ONCE", "A DAY", "A MONTH"].map((title) => ({
    title,
    align: "right" as const,
  })),
];

const groupName = ({ group, isBlocked }: GroupLimits): string => (isBlocked ? `${group}: blocked` : group);

function limitCells({ openSessions, callS, pace, daySpend, monthSpend }: SessionLimits, currency: Currency): string[] {
  const spend = [daySpend, monthSpend].map((amount) => (amount === null ? "-" : amountText(amount, currency)));
  const counts = [openSessions, callS, pace?.perSecond ?? null, pace?.burst ?? null];
  return [...counts.map((count) => (count === null ? "-" : String(count))), ...spend];
}
