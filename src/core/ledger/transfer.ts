import type { Nanos } from "../money/nanos.ts";
import { inputText, type Journal, makeJournal } from "./journal.ts";
import { credit, debit, type LedgerOwner } from "./posting.ts";

/** What a prepaid customer has and owes, as it goes from one account to the one that takes its place. */
export interface Transfer {
  readonly from: LedgerOwner;
  readonly to: LedgerOwner;
  readonly effectiveDate: Temporal.PlainDate;
  /** Money in the wallet; below zero: credit that was used. */
  readonly wallet: Nanos;
  readonly overrun: Nanos;
}

/**
 * One journal in each book, so that none posts to two: what leaves by `transfer-clearing` arrives by it. Empty when
 * there is nothing to transfer.
 *
 *     out   Dr wallet, Cr overrun   rest transfer-clearing
 *     in    Cr wallet, Dr overrun   rest transfer-clearing
 */
export function transfer({ from, to, effectiveDate, wallet, overrun }: Transfer): readonly Journal[] {
  const leg = (owner: LedgerOwner, way: "out" | "in"): Journal | null => {
    const [taken, given] = way === "out" ? [debit, credit] : [credit, debit];
    return makeJournal({
      bookId: owner.bookId,
      kind: "transfer",
      key: `transfer/${to.ownerId}/${way}`,
      inputText: inputText(from.ownerId, to.ownerId, owner.currency, wallet, overrun),
      effectiveDate,
      reversesKey: null,
      postings: [
        taken(owner, "wallet", wallet),
        given(owner, "overrun", overrun),
        given(owner, "transfer-clearing", wallet - overrun),
      ],
    });
  };
  return [leg(from, "out"), leg(to, "in")].filter((journal) => journal !== null);
}
