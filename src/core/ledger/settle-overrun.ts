import { invariant } from "../invariant.ts";
import type { Nanos } from "../money/nanos.ts";
import { inputText, type Journal, makeJournal } from "./journal.ts";
import { credit, debit, type LedgerOwner } from "./posting.ts";

/** The end of an overrun by policy: collected like an invoice, or given up. */
export interface OverrunSettlement {
  readonly owner: LedgerOwner;
  readonly settlementId: string;
  readonly effectiveDate: Temporal.PlainDate;
  readonly amount: Nanos;
  readonly to: "receivable" | "write-off";
}

/** Dr receivable or write-off / Cr overrun. Revenue stays as it was earned, so it still agrees with the charges. */
export function settleOverrun({ owner, settlementId, effectiveDate, amount, to }: OverrunSettlement): Journal | null {
  invariant(amount > 0n, `an overrun that is settled is positive, got ${amount}`);
  return makeJournal({
    bookId: owner.bookId,
    kind: "overrun",
    key: `overrun/${settlementId}`,
    inputText: inputText(owner.ownerId, owner.currency, amount, to),
    effectiveDate,
    reversesKey: null,
    postings: [debit(owner, to, amount), credit(owner, "overrun", amount)],
  });
}
