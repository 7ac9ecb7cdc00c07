import type { Nanos } from "../money/nanos.ts";
import { balancedJournal, inputText, type Journal } from "./journal.ts";
import { credit, debit, type LedgerOwner } from "./posting.ts";

/** What an agent's new entries of a month add up to. */
export interface CommissionPosting {
  /** The agent. */
  readonly owner: LedgerOwner;
  readonly period: Temporal.PlainYearMonth;
  /** Counts from 1 within agent and month; two runs at once get the same, and one of them wins. */
  readonly postingNumber: number;
  /** Below zero where more is taken back than earned. */
  readonly amount: Nanos;
}

/** Dr commission / Cr payable, on the last day of the month. Entries that cancel out leave it without postings. */
export function postCommission({ owner, period, postingNumber, amount }: CommissionPosting): Journal {
  return balancedJournal({
    bookId: owner.bookId,
    kind: "commission",
    key: `commission/${owner.ownerId}/${period}/${postingNumber}`,
    inputText: inputText(owner.ownerId, owner.currency, amount),
    effectiveDate: period.toPlainDate({ day: period.daysInMonth }),
    reversesKey: null,
    postings: [debit(owner, "commission", amount), credit(owner, "payable", amount)],
  });
}
