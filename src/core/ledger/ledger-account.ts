import type { Currency } from "../money/currency.ts";

/** How an account reads in a trial balance. Assets and expenses grow by debits, the others by credits. */
export type LedgerAccountNature = "asset" | "liability" | "income" | "expense";

/**
 * Every kind of ledger account a book can hold. A book has its own full set, so no posting touches a row that all
 * customers share. Source: docs/concepts/ledger.md.
 */
export const LEDGER_ACCOUNT_KINDS = {
  /** Prepaid money that we owe the customer in service. */
  wallet: "liability",
  /** Usage sold and not yet on an invoice. */
  unbilled: "asset",
  /** Invoices sent and not yet paid. */
  receivable: "asset",
  revenue: "income",
  cost: "expense",
  /** What vendors are owed for this book's calls; the mirror entry in the vendor's own book takes it back to zero. */
  "vendor-clearing": "liability",
  /** What a vendor is owed, in the vendor's own book; what an agent is owed, in the book of its customers. */
  payable: "liability",
  /** What agents earn on what is sold past them. */
  commission: "expense",
  /** What rounding invoices to the currency's digits won or lost. */
  rounding: "expense",
  /** Prepaid usage that the wallet could not cover. */
  overrun: "asset",
  /** Money given up: overrun that policy does not collect. */
  "write-off": "expense",
  /** The other half of every conversion between currencies. */
  "fx-clearing": "asset",
  /** What went to another account of the same party when it moved in the tree; over all books together zero. */
  "transfer-clearing": "asset",
  tax: "liability",
  /** Money received. */
  payments: "asset",
} as const satisfies Record<string, LedgerAccountNature>;

export type LedgerAccountKind = keyof typeof LEDGER_ACCOUNT_KINDS;

/** Names one ledger account. The owner is the account that pays or, for cost and commission, who is paid. */
export interface LedgerAccountRef {
  readonly bookId: string;
  readonly ownerId: string;
  readonly kind: LedgerAccountKind;
  readonly currency: Currency;
}

/** A ledger account as one text, for maps and for the one lock order: two writers that sort by it cannot deadlock. */
export const ledgerAccountKey = ({ bookId, ownerId, kind, currency }: LedgerAccountRef): string =>
  JSON.stringify([bookId, ownerId, kind, currency]);
