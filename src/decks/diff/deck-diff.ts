import type { Rate } from "../../core/tariff/rate.ts";
import type { EpochMs } from "../../core/time/epoch.ts";

/**
 * `reopened`: sold again after a gap or a block. `expired`: the row ended before now and does nothing. `error`: rows of
 * the deck contradict each other, so the code keeps what it has.
 */
export type ChangeKind =
  | "new"
  | "increase"
  | "decrease"
  | "unchanged"
  | "closed"
  | "blocked"
  | "reopened"
  | "expired"
  | "error";

export type ChangedTerm = "rate" | "increments" | "connect-fee" | "slots";

/** What one deck row (or the absence of one) does to one code. */
export interface DeckChange {
  readonly kind: ChangeKind;
  readonly prefix: string;
  /** The zone that calls come from; null: anywhere. */
  readonly origin: string | null;
  readonly destination: string;
  /** The name the code had, when it differs; a new name alone is no change of price. */
  readonly renamedFrom: string | null;
  /** Row of the deck; null for a code that a full deck no longer has. */
  readonly line: number | null;
  readonly effectiveFrom: EpochMs;
  /** The rate just before `effectiveFrom`, this deck applied. */
  readonly previous: Rate | null;
  /** The rate that the tariff had scheduled for `effectiveFrom` before this deck. */
  readonly before: Rate | null;
  /** null for a closed code. */
  readonly after: Rate | null;
  readonly changed: readonly ChangedTerm[];
  /** The change reaches back before now, over calls that may be rated already. */
  readonly isBackdated: boolean;
  /** Why the rows are an `error`, for people. */
  readonly why: string | null;
}

/** Names one stored rate; within a tariff no two share all four. */
export interface RateKey {
  readonly prefix: string;
  readonly window: string | null;
  readonly origin?: string | null;
  readonly effectiveFrom: EpochMs;
}

/** What to do to the rates of a tariff, in any order: nothing is overwritten but end times and names. */
export interface DeckOperations {
  /** End a rate at `at`; `at` equal to its own `effectiveFrom` withdraws a rate that has not begun. */
  readonly close: readonly (RateKey & { readonly at: EpochMs })[];
  readonly insert: readonly Rate[];
  readonly rename: readonly (RateKey & { readonly destination: string })[];
}

/** A scheduled rate that a code loses because the deck prices it from an earlier time on and does not repeat it. */
export interface Withdrawal {
  readonly rate: Rate;
  /** Of the row that takes over. */
  readonly line: number;
}

export interface DeckDiff {
  readonly changes: readonly DeckChange[];
  readonly operations: DeckOperations;
  readonly counts: Readonly<Record<ChangeKind, number>>;
  readonly withdrawn: readonly Withdrawal[];
  /** Rows that say the same as another row of the deck. */
  readonly mergedRows: number;
  /** Codes closed because a full deck does not have them, and codes the tariff had. */
  readonly missingCodes: number;
  readonly currentCodes: number;
}

/** Whether importing the deck would do nothing. */
export const isEmptyDiff = ({ operations }: DeckDiff): boolean =>
  operations.close.length === 0 && operations.insert.length === 0 && operations.rename.length === 0;
