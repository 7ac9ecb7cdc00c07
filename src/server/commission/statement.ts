import type { CommissionEntryKind } from "../../core/commission/commission-entry.ts";
import type { CommissionOf } from "../../core/commission/commission-rule.ts";
import type { Currency } from "../../core/money/currency.ts";

/** An entry as a statement shows it; amounts are plain decimals, as the database and JSON carry them. */
export interface StatementEntry {
  readonly number: string;
  readonly kind: CommissionEntryKind;
  readonly payerCode: string;
  readonly payerName: string;
  readonly invoiceNumber: string;
  readonly rule: string;
  readonly of: CommissionOf;
  readonly percent: string;
  readonly base: string;
  /** How much of the base counted by then. */
  readonly counted: string;
  readonly amount: string;
  readonly currency: Currency;
}

/** What an agent's month comes to. */
export interface MonthOfAgent {
  readonly agentCode: string;
  readonly agentName: string;
  /** "2026-03" */
  readonly month: string;
  readonly entries: number;
  readonly earned: string;
  readonly corrections: string;
  readonly clawbacks: string;
  readonly amount: string;
  readonly currency: Currency;
}

/** Where a page of months ends. */
export interface PlaceInMonths {
  readonly month: string;
  readonly agentCode: string;
}
