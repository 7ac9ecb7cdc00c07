import { type Nanos, nanos } from "../money/nanos.ts";
import { type LedgerAccountRef, ledgerAccountKey } from "./ledger-account.ts";
import { type Posting, sumByAccount } from "./posting.ts";

/** One ledger account on which the sub-ledger and the ledger disagree. */
export interface LedgerDifference {
  readonly account: LedgerAccountRef;
  /** What the charges add up to. */
  readonly subLedger: Nanos;
  /** What the journals add up to. */
  readonly ledger: Nanos;
  /** ledger − subLedger. */
  readonly difference: Nanos;
}

/**
 * Compares two sets of sums, signed as postings (debit positive), account by account; an account that one side lacks
 * is 0 there. Empty when they agree to the nano. `doctor` feeds it what the charges should have posted, and what the
 * journals of kind `usage` and their reversals have. In order of the account's key.
 */
export function compareLedgers(subLedger: Iterable<Posting>, ledger: Iterable<Posting>): readonly LedgerDifference[] {
  const expected = byKey(subLedger);
  const actual = byKey(ledger);
  return [...new Set([...expected.keys(), ...actual.keys()])].sort().flatMap((key) => {
    const charged = expected.get(key);
    const posted = actual.get(key);
    const account = (charged ?? posted)?.account;
    const difference = (posted?.amount ?? 0n) - (charged?.amount ?? 0n);
    if (account === undefined || difference === 0n) return [];
    return [
      {
        account,
        subLedger: nanos(charged?.amount ?? 0n),
        ledger: nanos(posted?.amount ?? 0n),
        difference: nanos(difference),
      },
    ];
  });
}

const byKey = (postings: Iterable<Posting>): Map<string, Posting> =>
  new Map(sumByAccount(postings).map((sum) => [ledgerAccountKey(sum.account), sum]));
