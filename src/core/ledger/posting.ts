import type { Currency } from "../money/currency.ts";
import { type Nanos, nanos } from "../money/nanos.ts";
import { type LedgerAccountKind, type LedgerAccountRef, ledgerAccountKey } from "./ledger-account.ts";

/** One signed amount on one ledger account: a debit is positive, a credit negative. */
export interface Posting {
  readonly account: LedgerAccountRef;
  readonly amount: Nanos;
}

/** The part of a book that belongs to one owner in one currency, where most postings of a journal go. */
export interface LedgerOwner {
  readonly bookId: string;
  readonly ownerId: string;
  readonly currency: Currency;
}

export const debit = (owner: LedgerOwner, kind: LedgerAccountKind, amount: bigint): Posting => ({
  account: { bookId: owner.bookId, ownerId: owner.ownerId, kind, currency: owner.currency },
  amount: nanos(amount),
});

export const credit = (owner: LedgerOwner, kind: LedgerAccountKind, amount: bigint): Posting =>
  debit(owner, kind, -amount);

/** Balances of the accounts that `postings` touch, in order of first touch. */
export function sumByAccount(postings: Iterable<Posting>): Posting[] {
  const sums = new Map<string, Posting>();
  for (const { account, amount } of postings) {
    const key = ledgerAccountKey(account);
    sums.set(key, { account, amount: nanos((sums.get(key)?.amount ?? 0n) + amount) });
  }
  return [...sums.values()];
}

/** Debits less credits in each currency: all zero in books that balance. */
export function sumByCurrency(postings: Iterable<Posting>): { currency: Currency; amount: bigint }[] {
  const sums = new Map<Currency, bigint>();
  for (const { account, amount } of postings) sums.set(account.currency, (sums.get(account.currency) ?? 0n) + amount);
  return [...sums].map(([currency, amount]) => ({ currency, amount }));
}
