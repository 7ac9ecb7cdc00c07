import { invariant } from "../invariant.ts";
import type { Nanos } from "../money/nanos.ts";
import { inputText, type Journal, makeJournal } from "./journal.ts";
import { credit, debit, type LedgerOwner } from "./posting.ts";

/** Money that a prepaid customer paid in. */
export interface Deposit {
  readonly owner: LedgerOwner;
  /** The payment's own reference: the same deposit is never credited twice. */
  readonly depositId: string;
  readonly effectiveDate: Temporal.PlainDate;
  readonly amount: Nanos;
  /** Overrun that this deposit pays off first; 0 where policy leaves it or bills it. */
  readonly overrun: Nanos;
}

/** Tops a wallet up. Dr payments / Cr overrun (what is owed, at most the deposit), Cr wallet (the rest). */
export function deposit({ owner, depositId, effectiveDate, amount, overrun }: Deposit): Journal | null {
  invariant(
    amount > 0n && overrun >= 0n,
    `a deposit is positive and its overrun is not negative, got ${amount}, ${overrun}`,
  );
  const recovered = overrun < amount ? overrun : amount;
  return makeJournal({
    bookId: owner.bookId,
    kind: "deposit",
    key: `deposit/${depositId}`,
    inputText: inputText(owner.ownerId, owner.currency, amount),
    effectiveDate,
    reversesKey: null,
    postings: [
      debit(owner, "payments", amount),
      credit(owner, "overrun", recovered),
      credit(owner, "wallet", amount - recovered),
    ],
  });
}
