import type { Currency } from "../money/currency.ts";
import type { Nanos } from "../money/nanos.ts";
import type { BillableItem } from "./billable-item.ts";
import type { BillingPeriod } from "./billing-period.ts";

/** `credit-note`: money goes back. `statement`: a prepaid account's usage, paid from its wallet as it happened. */
export const INVOICE_KINDS = ["invoice", "credit-note", "statement"] as const;
export type InvoiceKind = (typeof INVOICE_KINDS)[number];

/** A billed item with the amount that is shown for it, in the currency's own digits. */
export type InvoiceLine = BillableItem & {
  readonly amount: Nanos;
  /** Usage of a period before the invoice's own: late or corrected calls. */
  readonly previousPeriod: boolean;
};

/**
 * What one account is billed, decided and not yet numbered. The ledger ties to it to the nano:
 * `exactTotal` = `total` + `rounding`, and `total` = sum of the lines' amounts = `paid` + `due`.
 */
export interface Invoice {
  readonly kind: InvoiceKind;
  readonly bookId: string;
  readonly accountId: string;
  readonly currency: Currency;
  readonly period: BillingPeriod;
  readonly issueDate: Temporal.PlainDate;
  readonly dueDate: Temporal.PlainDate;
  readonly lines: readonly InvoiceLine[];
  readonly exactTotal: Nanos;
  readonly total: Nanos;
  /** exactTotal − total: positive when the customer is billed less than the usage cost. */
  readonly rounding: Nanos;
  /** Taken from the wallet already; 0 on a postpaid invoice. */
  readonly paid: Nanos;
  /** What is asked for now; negative on a credit note. */
  readonly due: Nanos;
  /** Overrun, to the nano, that `due` collects; 0 on a postpaid invoice. */
  readonly overrun: Nanos;
}
