import { type Nanos, nanos } from "../money/nanos.ts";
import type { PaymentMode } from "../tenancy/account.ts";
import type { CreditEnd } from "../tenancy/money-end.ts";
import type { SessionLimits } from "../tenancy/session-limits.ts";

/** What decides how much of an account's money a session may hold, in the account's currency. */
export interface Purse {
  readonly payment: PaymentMode;
  readonly creditLimit: Nanos;
  readonly limits: SpendLimits;
  /** What the customer has in the wallet. */
  readonly wallet: Nanos;
  /** What is used and not invoiced, and invoiced and not paid. */
  readonly owed: Nanos;
  /** Spent on usage of this day and of this month, as the account's own zone has them. */
  readonly spent: { readonly day: Nanos; readonly month: Nanos };
  /** What other sessions hold. */
  readonly othersHold: Nanos;
  /** What becomes of calls when the money ends; left out: `end-calls`. */
  readonly whenCreditEnds?: CreditEnd;
  /** What the least of the call costs; null: it is up already. Asked only where calls that are up go on. */
  readonly leastCost?: Nanos | null;
  /** Limits of the groups that the call goes to, with what was spent there, and what other sessions hold there. */
  readonly groups?: readonly (Pick<Purse, "spent" | "othersHold"> & { readonly limits: SpendLimits })[];
}

type SpendLimits = Pick<SessionLimits, "daySpend" | "monthSpend">;

/** What a session may cost, and what keeps that from being more. */
export interface Spendable {
  /** null: without a limit. */
  readonly available: Nanos | null;
  /** What of it may be held: where calls go on without money, no more than there is. Left out: all that is there. */
  readonly holdable?: Nanos | null;
  readonly shortOf: "balance" | "spend";
}

/**
 * What a session may hold: all that the account's money and its limits allow, less what other sessions hold. A prepaid
 * account has its wallet and its credit; a postpaid one its credit less what it owes, and is trusted without a credit
 * limit. What is spent and what is held together stay within the limits of the day and of the month, in all and in
 * each group. Where its calls go on when its money ends, they are not limited by it.
 */
export function spendable(purse: Purse): Spendable {
  const own = moneyLeft(purse);
  const there = own === null ? null : nanos(own - purse.othersHold);
  const balance = there === null ? null : asPolicySays(purse, there);
  const caps = (purse.groups ?? []).reduce((least, group) => lower(least, capsLeft(group)), capsLeft(purse));
  const available = lower(balance, caps);
  const shortOf = available !== null && available === balance ? "balance" : "spend";
  return { available, shortOf, ...(balance !== there && { holdable: lower(there, caps) }) };
}

/** null where calls go on whatever there is; a call that may still be refused needs money for the least of it. */
function asPolicySays({ whenCreditEnds = "end-calls", leastCost = null }: Purse, balance: Nanos): Nanos | null {
  switch (whenCreditEnds) {
    case "end-calls":
      return balance;
    case "refuse-calls":
      return leastCost !== null && (balance < leastCost || balance <= 0n) ? balance : null;
    case "go-on":
      return null;
    default:
      return whenCreditEnds satisfies never;
  }
}

/** What an account's money allows before anything is held of it; null: it is trusted. */
export function moneyLeft({
  payment,
  creditLimit,
  wallet,
  owed,
}: Pick<Purse, "payment" | "creditLimit" | "wallet" | "owed">): Nanos | null {
  if (payment === "prepaid") return nanos(creditLimit + wallet);
  return creditLimit === 0n ? null : nanos(creditLimit - owed);
}

const capsLeft = ({ limits, spent, othersHold }: Pick<Purse, "limits" | "spent" | "othersHold">): Nanos | null =>
  lower(capLeft(limits.daySpend, spent.day, othersHold), capLeft(limits.monthSpend, spent.month, othersHold));

const capLeft = (cap: Nanos | null, spent: Nanos, othersHold: Nanos): Nanos | null =>
  cap === null ? null : nanos(cap - spent - othersHold);

/** null: no limit. */
const lower = (a: Nanos | null, b: Nanos | null): Nanos | null => {
  if (a === null) return b;
  return b === null || a < b ? a : b;
};
