import type { Grant } from "../../core/charging/grant.ts";
import { balanceOutlook, crossThresholds } from "../../core/charging/low-balance.ts";
import { moneyLeft } from "../../core/charging/spendable.ts";
import { type Nanos, nanos, nanosToSql } from "../../core/money/nanos.ts";
import type { EventOf } from "../events/event.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { BalanceTold } from "./charging-request.ts";
import type { AccountHold, Funds } from "./hold-store.ts";
import type { FundedLevel } from "./level-money.ts";

/** An account whose balance is warned of, while its hold is locked. */
export interface WatchedAccount {
  readonly account: Pick<StoredAccount, "id" | "payment" | "creditLimit" | "currency">;
  readonly thresholds: readonly Nanos[];
  readonly funds: Funds | undefined;
  readonly hold: { counters: AccountHold["counters"] };
}

/**
 * What is to be told of a balance as it is now: that it fell below a threshold is told once, and remembered.
 */
export function lowBalances({ account, thresholds, funds, hold }: WatchedAccount): readonly EventOf<"balance-low">[] {
  const money = funds === undefined ? null : moneyLeft({ ...account, ...funds }); // nothing was ever booked
  const left = money === null ? null : nanos(money - hold.counters.used);
  const { crossed, belowNow } =
    left === null
      ? { crossed: [], belowNow: null }
      : crossThresholds(thresholds, { left, belowBefore: hold.counters.below });
  if (belowNow !== hold.counters.below) hold.counters = { ...hold.counters, below: belowNow };
  return crossed.map((threshold) => ({
    kind: "balance-low",
    accountId: account.id,
    data: { threshold: nanosToSql(threshold), left: nanosToSql(left ?? nanos(0n)), currency: account.currency },
  }));
}

/** What a switch is told of the balance of who pays, with a grant. */
export function balanceTold(
  payer: FundedLevel | undefined,
  { talkS }: Pick<Grant, "talkS">,
  usedS: number,
): BalanceTold {
  if (payer === undefined || payer.left === null) return {};
  const { account, thresholds, costOf } = payer;
  const left = nanos(payer.left - (usedS === 0 ? 0n : costOf(usedS)));
  const told = { left: { amount: nanosToSql(left), currency: account.currency } };
  if (thresholds.length === 0) return told;
  const { isLow, lowAtS } = balanceOutlook(thresholds, payer, { left, usedS, talkS });
  return { ...told, ...(isLow && { isLow }), ...(lowAtS !== null && { lowAtS }) };
}
