import type { Decimal } from "../money/decimal.ts";
import type { EpochMs } from "../time/epoch.ts";

/** First and following billing steps of a call, in whole seconds: "30/6". */
export interface Increments {
  readonly firstS: number;
  readonly nextS: number;
}

/**
 * One later part of a price: from second `fromS` of the call on, this rate and this step. The chain starts with the
 * rate's own `ratePerUnit`; "first minute .10, then .05 a minute by the second" is one rate with one slot at 60.
 */
export interface RateSlot {
  readonly fromS: number;
  readonly ratePerUnit: Decimal;
  /** Seconds that `ratePerUnit` pays for: 60 for a price a minute, 1 for a price a second. */
  readonly unitS: number;
  readonly stepS: number;
}

/**
 * The price of a prefix, in one tariff, in one window, for one span of time. Immutable once published.
 * Amounts and rates are in the tariff's currency. Source: docs/concepts/rating.md.
 */
export interface Rate {
  /** E.164 digits without "+"; "" is the default rate of the tariff. */
  readonly prefix: string;
  readonly destination: string;
  /** A call to a blocked prefix is refused; a shorter prefix never takes its place. */
  readonly blocked: boolean;
  readonly ratePerUnit: Decimal;
  /** Seconds that `ratePerUnit` pays for; 60 for the price a minute that decks carry. */
  readonly unitS: number;
  /** Each a whole number of seconds; `firstS` may be 0, `nextS` may not. */
  readonly increments: Increments;
  readonly slots: readonly RateSlot[];
  readonly connectFee: Decimal;
  /** Shortest time billed for an answered call, before the increments; 0 for none. */
  readonly minimumS: number;
  /** Seconds at the start of a call that are given away, before the increments are counted; 0 for none. */
  readonly freeS: number;
  /** The least and the most that an answered call costs, connection fee included; null: no such bound. */
  readonly minimumCost: Decimal | null;
  readonly maximumCost: Decimal | null;
  /** Once the maximum is reached the rest of the call is free (when left out), or the call is cut off. */
  readonly atMaximumCost?: "free" | "disconnect";
  /** Name of the tariff's time window this rate is for; null: at all times that no window takes. */
  readonly window: string | null;
  /** Name of the zone that calls must come from; null or left out: from anywhere that no zone's rate takes. */
  readonly origin?: string | null;
  /** Half-open [effectiveFrom, effectiveTo), by the time the call was answered. */
  readonly effectiveFrom: EpochMs;
  readonly effectiveTo: EpochMs | null;
}
