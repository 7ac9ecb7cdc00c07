import type { Journal } from "../ledger/journal.ts";
import { openInvoice } from "../ledger/open-invoice.ts";
import type { Invoice } from "./invoice.ts";

/**
 * The journal of a seller's invoice (null: the operator's) under its number, or null when it moves no money.
 *
 *     postpaid   Dr receivable (total)   Cr unbilled (exact)   ± rounding
 *     prepaid    usage was taken from the wallet as it happened; only collected overrun moves:
 *                Dr receivable (due)     Cr overrun (exact)    ± rounding
 */
export function postInvoice(invoice: Invoice, invoiceNumber: string, sellerId: string | null): Journal | null {
  const { bookId, accountId, currency, issueDate, kind, due } = invoice;
  const prepaid = kind === "statement";
  return openInvoice({
    owner: { bookId, ownerId: accountId, currency },
    invoiceNumber,
    sellerId,
    effectiveDate: issueDate,
    due,
    billed: prepaid ? invoice.overrun : invoice.exactTotal,
    billedFrom: prepaid ? "overrun" : "unbilled",
  });
}
