import type { Currency } from "../money/currency.ts";
import type { Succession } from "./succession.ts";

export const ACCOUNT_KINDS = ["customer", "reseller", "agent", "vendor"] as const;
/**
 * Whom money goes to or comes from: a customer pays, a reseller buys and sells on, an agent sells at its seller's
 * prices and earns a share, a vendor is paid.
 */
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

export const PAYMENT_MODES = ["prepaid", "postpaid"] as const;
/** Prepaid: from a balance, before use. Postpaid: by invoice, up to a credit limit. */
export type PaymentMode = (typeof PAYMENT_MODES)[number];

/** A party that Tollwright keeps an account with. Source: src/core/tenancy/README.md. */
export interface Account {
  readonly id: string;
  readonly tenantId: string;
  readonly bookId: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly payment: PaymentMode;
  /** The reseller or agent under whom this account is; null: it is directly under the operator, as vendors are. */
  readonly parentId: string | null;
  /** Of the account's balances and invoices; its tariff may be in another. */
  readonly currency: Currency;
  /** IANA zone in which its billing periods begin and end. */
  readonly timeZone: string;
  /** Whose place it took when it moved in the tree; left out: it never moved. */
  readonly succession?: Succession;
  /** Another account has taken its place: it keeps what it had, and gets nothing new. */
  readonly isClosed?: true;
}
