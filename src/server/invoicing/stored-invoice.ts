import type { InvoiceKind } from "../../core/invoicing/invoice.ts";
import type { Currency } from "../../core/money/currency.ts";

/** An invoice as it is stored; dates and amounts are text, as the database and JSON carry them. */
export interface StoredInvoice {
  readonly id: string;
  readonly number: string;
  readonly kind: InvoiceKind;
  readonly bookId: string;
  readonly accountId: string;
  readonly accountCode: string;
  readonly accountName: string;
  readonly timeZone: string;
  readonly periodStartDate: string;
  /** The first day that is no longer billed. */
  readonly periodEndDate: string;
  readonly issueDate: string;
  readonly dueDate: string;
  readonly currency: Currency;
  readonly exactTotal: string;
  readonly total: string;
  readonly rounding: string;
  readonly paid: string;
  readonly due: string;
  /** In the account's book; null when the invoice moved no money. */
  readonly journalNumber: string | null;
  /** Code of the reseller who sells; null: the operator. */
  readonly sellerCode: string | null;
}
