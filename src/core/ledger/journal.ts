import { invariant } from "../invariant.ts";
import type { Currency } from "../money/currency.ts";
import { type Nanos, nanosToSql } from "../money/nanos.ts";
import { type Posting, sumByAccount, sumByCurrency } from "./posting.ts";

export const JOURNAL_KINDS = [
  "usage",
  "vendor-cost",
  "deposit",
  "payment",
  "invoice",
  "adjustment",
  "overrun",
  "transfer",
  "commission",
  "reversal",
] as const;
export type JournalKind = (typeof JOURNAL_KINDS)[number];

/**
 * One balanced set of postings in one book: written whole or not at all, never changed, corrected by a reversal.
 * `key` is unique in the book: storing it again is a no-op when the digest of `inputText` is the same, and an error
 * when it is not. `effectiveDate` is the day the books count it for; the day a call was answered is on its charge.
 */
export interface Journal {
  readonly bookId: string;
  readonly kind: JournalKind;
  readonly key: string;
  /**
   * What was asked for, in one canonical form ({@link inputText}). Not what was posted: a second try finds another
   * wallet balance and perhaps another day, and must still be known as the same request.
   */
  readonly inputText: string;
  readonly effectiveDate: Temporal.PlainDate;
  /** Key of the journal that this one takes back; null for all but a reversal. */
  readonly reversesKey: string | null;
  /** At most one posting an account, none of zero. */
  readonly postings: readonly Posting[];
}

/** Currencies in which debits and credits differ, with the difference; empty for a balanced journal. */
export function imbalances(postings: readonly Posting[]): readonly { currency: Currency; amount: bigint }[] {
  return sumByCurrency(postings).filter(({ amount }) => amount !== 0n);
}

/** Whether debits equal credits in each currency. */
export const balanced = ({ postings }: Pick<Journal, "postings">): boolean => imbalances(postings).length === 0;

/**
 * The one way to a journal: merges postings of one account, drops those that cancel out, and insists on the balance.
 * Errors: an unbalanced or foreign posting is a bug and throws.
 */
export function balancedJournal(draft: Journal): Journal {
  for (const { account } of draft.postings)
    invariant(
      account.bookId === draft.bookId,
      `journal ${draft.key} of book ${draft.bookId} posts to ${account.bookId}`,
    );
  const postings = sumByAccount(draft.postings).filter(({ amount }) => amount !== 0n);
  for (const { currency, amount } of imbalances(postings))
    invariant(false, `journal ${draft.key} is out of balance by ${amount} nanos of ${currency}`);
  return { ...draft, postings };
}

/** {@link balancedJournal}, or null when nothing is left to post. */
export function makeJournal(draft: Journal): Journal | null {
  const journal = balancedJournal(draft);
  return journal.postings.length === 0 ? null : journal;
}

/** The one form of a request's own fields, amounts as plain decimals, for {@link Journal.inputText}. */
export const inputText = (...fields: readonly (string | Nanos | null)[]): string =>
  JSON.stringify(fields.map((field) => (typeof field === "bigint" ? nanosToSql(field) : field)));
