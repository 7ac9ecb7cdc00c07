import { invariant } from "../invariant.ts";
import type { Nanos } from "../money/nanos.ts";
import { balancedJournal, inputText, type Journal } from "./journal.ts";
import { credit, debit, type LedgerOwner } from "./posting.ts";

/** Money that came in for an invoice, or went back. */
export interface Payment {
  readonly owner: LedgerOwner;
  /** The payment's own reference: the same payment is never booked twice. */
  readonly paymentId: string;
  readonly invoiceId: string;
  readonly effectiveDate: Temporal.PlainDate;
  /** Below zero: a refund. */
  readonly amount: Nanos;
}

/** Dr payments / Cr receivable; a payment above what is owed leaves the receivable in the customer's favour. */
export function receivePayment({ owner, paymentId, invoiceId, effectiveDate, amount }: Payment): Journal {
  invariant(amount !== 0n, "a payment moves money");
  return balancedJournal({
    bookId: owner.bookId,
    kind: "payment",
    key: `payment/${paymentId}`,
    inputText: inputText(owner.ownerId, owner.currency, amount, invoiceId),
    effectiveDate,
    reversesKey: null,
    postings: [debit(owner, "payments", amount), credit(owner, "receivable", amount)],
  });
}
