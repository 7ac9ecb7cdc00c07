import type { Nanos } from "../money/nanos.ts";
import { inputText, type Journal, makeJournal } from "./journal.ts";
import { credit, debit, type LedgerOwner } from "./posting.ts";
import { type WalletState, walletDraw } from "./wallet-draw.ts";

/** A correction in money by an operator: goodwill, or a charge that no usage record carries. */
export interface Adjustment {
  readonly owner: LedgerOwner;
  readonly adjustmentId: string;
  readonly effectiveDate: Temporal.PlainDate;
  /** Positive: the customer pays more. Negative: a credit. */
  readonly amount: Nanos;
  /** null for a postpaid account, whose next invoice lists the adjustment. */
  readonly wallet: WalletState | null;
}

/** Dr unbilled (postpaid) or wallet and overrun (prepaid) / Cr revenue. */
export function adjust({ owner, adjustmentId, effectiveDate, amount, wallet }: Adjustment): Journal | null {
  const drawn = wallet === null ? null : walletDraw(amount, wallet);
  return makeJournal({
    bookId: owner.bookId,
    kind: "adjustment",
    key: `adjustment/${adjustmentId}`,
    inputText: inputText(owner.ownerId, owner.currency, amount),
    effectiveDate,
    reversesKey: null,
    postings: [
      ...(drawn === null
        ? [debit(owner, "unbilled", amount)]
        : [debit(owner, "wallet", drawn.wallet), debit(owner, "overrun", drawn.overrun)]),
      credit(owner, "revenue", amount),
    ],
  });
}
