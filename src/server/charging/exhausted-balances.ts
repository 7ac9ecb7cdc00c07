import type { Grant } from "../../core/charging/grant.ts";
import { nanosToSql } from "../../core/money/nanos.ts";
import type { EventOf } from "../events/event.ts";
import type { AccountHold } from "./hold-store.ts";
import type { FundedLevel } from "./level-money.ts";

type Holds = ReadonlyMap<string, AccountHold>;

/**
 * What is to be told when a call was refused: that the money of the account that lacks it is at an end. It is told
 * once, and remembered until the account has more than it had then.
 */
export function exhaustedBalances(
  levels: readonly FundedLevel[],
  { limitedAt, limitedBy }: Grant,
  holds: Holds,
): readonly EventOf<"balance-exhausted">[] {
  const level = levels.find(({ accountId }) => accountId === limitedAt);
  const hold = holds.get(level?.accountId ?? "");
  if (level === undefined || hold === undefined || limitedBy !== "balance" || level.shortOf !== "balance") return [];
  const { accountId, account, left } = level;
  const { exhausted } = hold.counters;
  if (left === null || (exhausted !== null && left <= exhausted)) return [];
  hold.counters = { ...hold.counters, exhausted: left };
  return [{ kind: "balance-exhausted", accountId, data: { left: nanosToSql(left), currency: account.currency } }];
}

/** Accounts that can pay for a call again are told of again when they can't. */
export function rearmExhausted(levels: readonly FundedLevel[], holds: Holds): void {
  for (const { accountId, left } of levels) {
    const hold = holds.get(accountId);
    const exhausted = hold?.counters.exhausted ?? null;
    if (hold === undefined || exhausted === null || left === null || left <= exhausted) continue;
    hold.counters = { ...hold.counters, exhausted: null };
  }
}
