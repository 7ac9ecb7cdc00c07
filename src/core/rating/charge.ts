import type { Currency } from "../money/currency.ts";
import type { Nanos } from "../money/nanos.ts";
import type { EpochMs } from "../time/epoch.ts";

/** What one call costs on one side, before it is anybody's money. An outcome, never an exception. */
export type Rating =
  | { readonly kind: "rated"; readonly charge: RatedCharge }
  /** No prefix of the called number has a rate in force. */
  | { readonly kind: "no-rate" }
  /** The longest match is blocked: a refusal, not a reason to fall back to a shorter prefix. */
  | { readonly kind: "blocked"; readonly prefix: string; readonly destination: string };

/** The price of one call on one side, with everything needed to explain it. */
export interface RatedCharge {
  readonly amount: Nanos;
  readonly currency: Currency;
  readonly prefix: string;
  readonly destination: string;
  /** Seconds paid for, all slices together, after free seconds, minimum and increments. */
  readonly billedS: number;
  readonly tariffId: string;
  readonly tariffVersion: number;
  readonly explanation: Explanation;
}

/** Answers "why was this call X?" from the tariff line to the last rounding. */
export interface Explanation {
  readonly connectFee: string;
  readonly slices: readonly ExplainedSlice[];
  /** The exact sum as a fraction in lowest terms, before rounding: "1/24". */
  readonly unrounded: string;
  readonly rounding: string;
  /** "minimum-cost" or "maximum-cost" where one of them set the amount. */
  readonly bound: "minimum-cost" | "maximum-cost" | null;
}

/** A run of seconds of one call that has one price. */
export interface ExplainedSlice {
  readonly from: EpochMs;
  readonly fromS: number;
  readonly billedS: number;
  readonly window: string | null;
  readonly ratePerUnit: string;
  readonly unitS: number;
  readonly stepS: number;
}
