import { invariant } from "../invariant.ts";
import { type Decimal, formatDecimal } from "../money/decimal.ts";
import { addFraction, type Fraction, fractionOf, multiplyFraction } from "../money/fraction.ts";
import { type Nanos, NO_NANOS, nanos } from "../money/nanos.ts";

/** What tiers count: billed seconds that are paid, calls, or money at the tariff's own prices (in nanos). */
export type TierMeasure = "seconds" | "calls" | "amount";

/** Prices that follow from how much was used before: "the first 1,000 minutes at .02, then .015". */
export interface TierTable {
  readonly by: TierMeasure;
  /** `graduated`: each unit at the price of its own step. `volume`: all units at the price of the step the total is in. */
  readonly mode: "graduated" | "volume";
  /** In rising order; what lies beyond the last one is not priced by these tiers. */
  readonly steps: readonly TierStep[];
}

export interface TierStep {
  /** Where the step ends, inclusive, in whole units of the measure; null: nowhere. Only the last one may be null. */
  readonly upTo: bigint | null;
  readonly price: TierPrice;
  /** Due once a period when the step is reached, in the account's currency. The first is reached by using nothing. */
  readonly flatFee: Nanos;
}

export type TierPrice =
  /** A minute, or a call where calls are counted. */
  | { readonly kind: "unit"; readonly perUnit: Decimal }
  /** Off the tariff's own price; 0: that price. At most 100. */
  | { readonly kind: "off"; readonly percent: Decimal };

/** A part of a quantity, and the step that prices it; `step` null: beyond the last one. */
export interface TierShare {
  readonly step: number | null;
  readonly quantity: bigint;
}

/**
 * Which steps price the next `quantity` units after `before`. Closed form: one share a step at most.
 *
 * `total` is what the period comes to, as far as it is known: a volume table prices by it. It is at least
 * `before + quantity`.
 */
export function tierShares(
  { mode, steps }: TierTable,
  { before, quantity, total }: { readonly before: bigint; readonly quantity: bigint; readonly total: bigint },
): TierShare[] {
  invariant(before >= 0n && quantity >= 0n, "tiers count up");
  invariant(total >= before + quantity, "a total holds what was used so far");
  if (quantity === 0n) return [];
  if (mode === "volume") return [{ step: stepOf(steps, total), quantity }];
  const shares: TierShare[] = [];
  let at = before;
  const end = before + quantity;
  for (const [step, { upTo }] of steps.entries()) {
    const until = upTo === null || upTo > end ? end : upTo;
    if (until <= at) continue;
    shares.push({ step, quantity: until - at });
    at = until;
  }
  return at < end ? [...shares, { step: null, quantity: end - at }] : shares;
}

/** The step that a total is in; null: beyond the last one. */
export function stepOf(steps: readonly TierStep[], total: bigint): number | null {
  const step = steps.findIndex(({ upTo }) => upTo === null || total <= upTo);
  return step < 0 ? null : step;
}

/** Fees of the steps that a period's total has reached: of each of them (graduated), or of the last alone (volume). */
export function tierFees({ mode, steps }: TierTable, total: bigint): Nanos {
  const reached = stepOf(steps, total);
  if (mode === "volume") return reached === null ? NO_NANOS : (steps[reached]?.flatFee ?? NO_NANOS);
  const last = reached ?? steps.length - 1;
  return nanos(steps.slice(0, last + 1).reduce((sum, { flatFee }) => sum + flatFee, 0n));
}

const HUNDRED: Fraction = { numerator: 100n, denominator: 1n };

/** What is left of a price of 1 after `percent` off. */
export function partLeft(percent: Decimal): Fraction {
  const { numerator, denominator } = fractionOf(percent);
  const left = addFraction(HUNDRED, { numerator: -numerator, denominator });
  invariant(left.numerator >= 0n, "no more than the whole price comes off");
  return multiplyFraction(left, { numerator: 1n, denominator: 100n });
}

/** Units of a measure that one price pays for: a price a minute is one of 60 seconds. */
const UNITS_OF_PRICE = { seconds: 60n, calls: 1n, amount: 1n } as const;

/** Price of `quantity` units at a price a unit, in the currency's main unit. */
export const unitAmount = (by: TierMeasure, perUnit: Decimal, quantity: bigint): Fraction =>
  multiplyFraction(fractionOf(perUnit), { numerator: quantity, denominator: UNITS_OF_PRICE[by] });

/** "0.02", or "10% off". */
export const tierPriceText = (price: TierPrice): string =>
  price.kind === "unit" ? formatDecimal(price.perUnit) : `${formatDecimal(price.percent)}% off`;
