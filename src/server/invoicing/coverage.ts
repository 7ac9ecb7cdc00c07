import type { BillingPeriod } from "../../core/invoicing/billing-period.ts";
import type { EpochMs } from "../../core/time/epoch.ts";

/**
 * How far an account has been billed: all its charges answered before `endAt` and booked in journals up to
 * `journalNumber`. Both only ever grow.
 */
export interface Position {
  readonly endAt: EpochMs;
  readonly journalNumber: bigint;
}

/**
 * The charges that one invoice bills: of this account, answered before `endAt`, and not yet covered by `after`. What is
 * booked while the book is locked is complete, so the journals need no upper bound then; the invoice remembers the
 * last.
 */
export interface Coverage {
  readonly bookId: string;
  readonly accountId: string;
  /** Zone of the account: calls before `startAt` are billed by the calendar months they were answered in. */
  readonly timeZone: string;
  readonly period: BillingPeriod;
  readonly startAt: EpochMs;
  readonly endAt: EpochMs;
  readonly after: Position;
}
