import type { Currency } from "../money/currency.ts";
import type { Decimal } from "../money/decimal.ts";
import type { Nanos } from "../money/nanos.ts";
import type { EpochMs } from "../time/epoch.ts";
import type { SurchargeAmount } from "./surcharge-amount.ts";

/** What one call costs on one side, before it is anybody's money. An outcome, never an exception. */
export type Rating = { readonly kind: "rated"; readonly charge: RatedCharge } | Unrated;

/** {@link Rating} with the reasons; made on demand, because bulk rating has no use for them. */
export type ExplainedRating = { readonly kind: "rated"; readonly charge: ExplainedCharge } | Unrated;

/** Why a call has no price. */
export type Unrated =
  /** No prefix of the called number has a rate in force. */
  | { readonly kind: "no-rate" }
  /** The longest match is blocked: a refusal, not a reason to fall back to a shorter prefix. */
  | { readonly kind: "blocked"; readonly prefix: string; readonly destination: string };

/** The price of one call on one side. The same call, tariff version and allowance always give the same one. */
export interface RatedCharge {
  readonly amount: Nanos;
  readonly currency: Currency;
  readonly prefix: string;
  readonly destination: string;
  /**
   * Seconds that the call takes up, after free seconds, minimum and increments; `coveredS` of them cost nothing. Units
   * of the tariff's service, as wherever rating speaks of seconds.
   */
  readonly billedS: number;
  /** The part of `billedS` that an allowance pays. */
  readonly coveredS: number;
  /**
   * A minute, a message or a megabyte, of every second that was paid; null where several rates, or a bound of the cost,
   * made the amount.
   */
  readonly ratePerMinute: string | null;
  /** The connect fee in `amount`; 0 where an allowance waives it, and where a bound of the cost made the amount. */
  readonly connectFee: Decimal;
  /** In `amount`, each rounded by itself: what is left of it is the price of the rate. */
  readonly surcharges: readonly SurchargeAmount[];
  readonly tariffId: string;
  readonly tariffVersion: number;
}

export interface ExplainedCharge extends RatedCharge {
  readonly explanation: Explanation;
}

/**
 * Answers "why was this call X?" from the tariff line to the last rounding. Amounts are exact decimals or fractions, as
 * text.
 */
export interface Explanation {
  readonly talkedS: number;
  /** The tariff's zones that the call is in, the most specific first. */
  readonly zones: readonly string[];
  /** Seconds given away at the start of the call. */
  readonly freeS: number;
  /** Shortest time billed. */
  readonly minimumS: number;
  /** First and next step; `total` counts them from the start of the call, `after-initial` from the end of the first. */
  readonly increments: string;
  readonly incrementBase: "after-initial" | "total";
  /** "0" where an allowance covers the whole call and waives it. */
  readonly connectFee: string;
  readonly slices: readonly ExplainedSlice[];
  /** The exact price of the rate as a fraction in lowest terms, before bounds, rounding and surcharges: "1/24". */
  readonly unrounded: string;
  /** "half-up to 4 decimals". */
  readonly rounding: string;
  /** "minimum-cost" or "maximum-cost" where one of them set the amount. */
  readonly bound: "minimum-cost" | "maximum-cost" | null;
}

/** A run of billed seconds of one call that has one price. */
export interface ExplainedSlice {
  /** When its first second began; of other services than voice the answer. */
  readonly from: EpochMs;
  /** Second of the call that it begins at. */
  readonly fromS: number;
  readonly billedS: number;
  /** The part of `billedS` that an allowance pays. */
  readonly coveredS: number;
  /** The tariff that holds the rate: the rated one, or a base of it. */
  readonly tariffId: string;
  readonly tariffVersion: number;
  readonly window: string | null;
  /** The zone whose rate it is; null: one for calls from anywhere. */
  readonly origin: string | null;
  readonly ratePerUnit: string;
  readonly unitS: number;
  readonly stepS: number;
  /** Exact price of the slice: "1/24". */
  readonly amount: string;
}
