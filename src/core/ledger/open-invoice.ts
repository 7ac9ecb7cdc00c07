import type { Nanos } from "../money/nanos.ts";
import { inputText, type Journal, makeJournal } from "./journal.ts";
import { credit, debit, type LedgerOwner } from "./posting.ts";

/** An invoice as the ledger sees it: what it asks for, and what it takes off the accounts it bills. */
export interface InvoiceEntry {
  readonly owner: LedgerOwner;
  /** Unique with its seller. */
  readonly invoiceNumber: string;
  /** The reseller who sells; null: the operator. */
  readonly sellerId: string | null;
  readonly effectiveDate: Temporal.PlainDate;
  /** What the customer is asked to pay, in the currency's own digits. */
  readonly due: Nanos;
  /** What is billed, to the nano, and the account that held it. */
  readonly billed: Nanos;
  readonly billedFrom: "unbilled" | "overrun";
}

/**
 * Dr receivable / Cr unbilled (or overrun, for a prepaid statement), and the difference to rounding, so that to the
 * nano ledger = invoiced + unbilled + rounding. null when nothing is asked and nothing is billed.
 */
export function openInvoice(entry: InvoiceEntry): Journal | null {
  const { owner, invoiceNumber, sellerId, effectiveDate, due, billed, billedFrom } = entry;
  return makeJournal({
    bookId: owner.bookId,
    kind: "invoice",
    key: sellerId === null ? `invoice/${invoiceNumber}` : `invoice/${sellerId}/${invoiceNumber}`,
    inputText: inputText(owner.ownerId, owner.currency, due, billed, billedFrom),
    effectiveDate,
    reversesKey: null,
    postings: [
      debit(owner, "receivable", due),
      credit(owner, billedFrom, billed),
      debit(owner, "rounding", billed - due),
    ],
  });
}
