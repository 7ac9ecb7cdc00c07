import { type Nanos, nanos } from "../money/nanos.ts";
import type { PaymentMode } from "../tenancy/account.ts";
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
  /** Limits of the groups that the call goes to, with what was spent there, and what other sessions hold there. */
  readonly groups?: readonly (Pick<Purse, "spent" | "othersHold"> & { readonly limits: SpendLimits })[];
}

type SpendLimits = Pick<SessionLimits, "daySpend" | "monthSpend">;

/** What a session may hold, and what keeps that from being more. */
export interface Spendable {
  /** null: without a limit. */
  readonly available: Nanos | null;
  readonly shortOf: "balance" | "spend";
}

/**
 * What a session may hold: all that the account's money and its limits allow, less what other sessions hold. A prepaid
 * account has its wallet and its credit; a postpaid one its credit less what it owes, and is trusted without a credit
 * limit. What is spent and what is held together stay within the limits of the day and of the month, in all and in
 * each group.
 */
export function spendable(purse: Purse): Spendable {
  const own = moneyLeft(purse);
  const balance = own === null ? null : nanos(own - purse.othersHold);
  let available = lower(balance, capsLeft(purse));
  for (const group of purse.groups ?? []) available = lower(available, capsLeft(group));
  return { available, shortOf: available !== null && available === balance ? "balance" : "spend" };
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
