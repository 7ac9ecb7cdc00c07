import { type Nanos, nanos } from "../money/nanos.ts";
import type { PaymentMode } from "../tenancy/account.ts";
import type { SessionLimits } from "../tenancy/session-limits.ts";

/** What decides how much of an account's money a session may hold, in the account's currency. */
export interface Purse {
  readonly payment: PaymentMode;
  readonly creditLimit: Nanos;
  readonly limits: Pick<SessionLimits, "daySpend" | "monthSpend">;
  /** What the customer has in the wallet. */
  readonly wallet: Nanos;
  /** What is used and not invoiced, and invoiced and not paid. */
  readonly owed: Nanos;
  /** Spent on usage of this day and of this month, as the account's own zone has them. */
  readonly spent: { readonly day: Nanos; readonly month: Nanos };
  /** What other sessions hold. */
  readonly othersHold: Nanos;
}

/** What a session may hold, and what keeps that from being more. */
export interface Spendable {
  /** null: without a limit. */
  readonly available: Nanos | null;
  readonly shortOf: "balance" | "spend";
}

/**
 * What a session may hold: all that the account's money and its limits allow, less what other sessions hold. A prepaid
 * account has its wallet and its credit; a postpaid one its credit less what it owes, and is trusted without a credit
 * limit. What is spent and what is held together stay within the limits of the day and of the month.
 */
export function spendable({ payment, creditLimit, limits, wallet, owed, spent, othersHold }: Purse): Spendable {
  const less = (amount: bigint): Nanos => nanos(amount - othersHold);
  const isTrusted = payment === "postpaid" && creditLimit === 0n;
  const balance = isTrusted ? null : less(creditLimit + (payment === "prepaid" ? wallet : nanos(-owed)));
  const day = limits.daySpend === null ? null : less(limits.daySpend - spent.day);
  const month = limits.monthSpend === null ? null : less(limits.monthSpend - spent.month);
  const available = [day, month].reduce(lower, balance);
  return { available, shortOf: available !== null && available === balance ? "balance" : "spend" };
}

/** null: no limit. */
const lower = (a: Nanos | null, b: Nanos | null): Nanos | null => {
  if (a === null) return b;
  return b === null || a < b ? a : b;
};
