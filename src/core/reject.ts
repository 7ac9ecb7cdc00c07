/**
 * Every reason for which one row of a file (a CDR, a deck row) is set aside. A code is API: never renamed, never
 * reused. Each has its own section in docs/reference/rejects.md; the tidy test compares the two lists.
 */
export const REJECT_CODES = [
  "broken-quoting",
  "key-missing",
  "called-missing",
  "duration-negative",
  "end-before-start",
  "answer-out-of-order",
  "answer-missing",
  "clock-not-set",
  "future-time",
  "duration-too-long",
  "quantity-invalid",
  "clock-drift",
  "code-missing",
  "code-invalid",
  "code-digits-lost",
  "code-ambiguous",
  "code-list-too-long",
  "rate-missing",
  "rate-invalid",
  "rate-negative",
  "increments-invalid",
  "date-invalid",
  "currency-invalid",
  "formula-without-value",
  "cell-error",
  "term-unread",
  "cell-too-long",
  "account-unknown",
  "account-ambiguous",
  "tariff-missing",
  "rate-missing-for-call",
  "destination-blocked",
  "key-reused",
  "month-archived",
  "month-deleted",
  "exchange-rate-missing",
  "field-too-long",
  "time-invalid",
  "time-missing",
  "local-time-gap",
  "zone-unknown",
  "duration-invalid",
  "value-invalid",
  "column-count",
  "record-too-long",
  "header-mismatch",
  "not-text",
  "not-hexadecimal",
  "several-records",
  "trailer-mismatch",
  "trailer-missing",
  "line-end-missing",
  "record-not-json",
  "record-not-xml",
  "record-not-ber",
  "record-not-baf",
  "account-not-billed",
  "commission-not-booked",
  "books-differ",
] as const;

export type RejectCode = (typeof REJECT_CODES)[number];

/** Why one row could not be used: `what` names the field and the value seen, `fix` says what to change and where. */
export interface Reject {
  readonly code: RejectCode;
  readonly what: string;
  readonly fix: string;
}
