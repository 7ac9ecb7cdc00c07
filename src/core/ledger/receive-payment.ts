import { invariant } from "../invariant.ts";
import type { Nanos } from "../money/nanos.ts";
import { inputText, type Journal, makeJournal } from "./journal.ts";
import { credit, debit, type LedgerOwner } from "./posting.ts";

/** Money that came in for invoices. */
export interface Payment {
  readonly owner: LedgerOwner;
  /** The payment's own reference: the same payment is never booked twice. */
  readonly paymentId: string;
  readonly effectiveDate: Temporal.PlainDate;
  readonly amount: Nanos;
}

/** Dr payments / Cr receivable; a payment above what is owed leaves the receivable in the customer's favour. */
export function receivePayment({ owner, paymentId, effectiveDate, amount }: Payment): Journal | null {
  invariant(amount > 0n, `a payment is positive, got ${amount}`);
  return makeJournal({
    bookId: owner.bookId,
    kind: "payment",
    key: `payment/${paymentId}`,
    inputText: inputText(owner.ownerId, owner.currency, amount),
    effectiveDate,
    reversesKey: null,
    postings: [debit(owner, "payments", amount), credit(owner, "receivable", amount)],
  });
}
