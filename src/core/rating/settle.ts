import { addFraction, compareFraction, type Fraction, NO_FRACTION, roundFraction } from "../money/fraction.ts";
import { type Nanos, NO_NANOS, nanos } from "../money/nanos.ts";
import { divideRoundedSafe } from "../money/rounding.ts";
import type { PlainPrice, Price } from "../tariff/price.ts";
import type { Explanation } from "./charge.ts";
import type { AllowanceShare, Opening } from "./opening.ts";
import { NO_SURCHARGE_AMOUNTS, type SurchargeAmount, surchargeAmounts } from "./surcharge-amount.ts";

/** What is known of a call when its amount is settled. */
export interface Metered {
  readonly talkedS: number;
  readonly billedS: number;
  /** The part of `billedS` that an allowance pays. */
  readonly coveredS: number;
}

/** An amount, and what it is made of beside time. */
export interface Settlement {
  /** The price of the rate, rounded, and the surcharges. */
  readonly amount: Nanos;
  readonly surcharges: readonly SurchargeAmount[];
  /** That there is a connect fee, and no allowance waives it. */
  readonly paysConnectFee: boolean;
  readonly bound: Explanation["bound"];
}

/** {@link Settlement} with the exact sum behind it. */
export interface ExactSettlement extends Settlement {
  /** Connection fee and time together, before bounds and rounding, in the currency's main unit. */
  readonly sum: Fraction;
  /** The same after bounds: what is rounded. */
  readonly bounded: Fraction;
}

/**
 * From the exact price of a call's seconds to its amount: connection fee, bounds, and the one rounding of the charge;
 * then the surcharges, which no bound holds. The maximum wins over the minimum; a call that an allowance covers whole
 * owes no minimum.
 */
export function settle(
  opening: Opening,
  metered: Metered,
  timeSum: Fraction,
  allowance: AllowanceShare | undefined,
): ExactSettlement {
  const { tariff, price } = opening;
  if (metered.talkedS === 0) return { ...NOTHING, sum: NO_FRACTION, bounded: NO_FRACTION };
  const covered = isCovered(metered, allowance);
  const paysConnectFee = price.connectFee !== 0n && (!covered || allowance?.paysConnectFee === true);
  const sum = paysConnectFee ? addFraction(timeSum, inMainUnits(price, price.connectFee)) : timeSum;
  let bounded = sum;
  let bound: Settlement["bound"] = null;
  if (!covered && price.minimumCost !== null && below(bounded, inMainUnits(price, price.minimumCost))) {
    bounded = inMainUnits(price, price.minimumCost);
    bound = "minimum-cost";
  }
  if (price.maximumCost !== null && below(inMainUnits(price, price.maximumCost), bounded)) {
    bounded = inMainUnits(price, price.maximumCost);
    bound = "maximum-cost";
  }
  const { decimals, rounding } = tariff.terms;
  const amount = roundFraction(bounded, decimals, rounding);
  return { ...withSurcharges(opening, { amount, paysConnectFee, bound }, metered, allowance), sum, bounded };
}

/**
 * {@link settle} on plain numbers, for a call with one price and no more than its `billedSMax` seconds.
 * Law, tested: the same as `settle`.
 */
export function settlePlain(
  opening: Opening,
  plain: PlainPrice,
  metered: Metered,
  allowance: AllowanceShare | undefined,
): Settlement {
  const { tariff } = opening;
  if (metered.talkedS === 0) return NOTHING;
  const covered = allowance !== undefined && isCovered(metered, allowance);
  const paysConnectFee = plain.connectFee !== 0 && (!covered || allowance.paysConnectFee);
  let sum = (metered.billedS - metered.coveredS) * plain.perSecond;
  if (paysConnectFee) sum += plain.connectFee;
  let bound: Settlement["bound"] = null;
  if (!covered && sum < plain.minimumCost) {
    sum = plain.minimumCost;
    bound = "minimum-cost";
  }
  if (plain.maximumCost !== null && sum > plain.maximumCost) {
    sum = plain.maximumCost;
    bound = "maximum-cost";
  }
  const roundingUnitNanos = POWERS_OF_TEN[9 - tariff.terms.decimals] as number;
  const rounded = divideRoundedSafe(sum, plain.unitS * roundingUnitNanos, tariff.terms.rounding);
  const amount = nanos(BigInt(rounded * roundingUnitNanos));
  return withSurcharges(opening, { amount, paysConnectFee, bound }, metered, allowance);
}

const NOTHING: Settlement = {
  ...{ amount: NO_NANOS, surcharges: NO_SURCHARGE_AMOUNTS, paysConnectFee: false, bound: null },
};

/** Adds what a call owes beside the price of its rate; an allowance that covers it whole may waive that. */
function withSurcharges(
  { tariff, surcharges: due }: Opening,
  { amount: price, paysConnectFee, bound }: Omit<Settlement, "surcharges">,
  metered: Metered,
  allowance: AllowanceShare | undefined,
): Settlement {
  const isWaived = due.length === 0 || (allowance?.waivesSurcharges === true && isCovered(metered, allowance));
  if (isWaived) return { amount: price, surcharges: NO_SURCHARGE_AMOUNTS, paysConnectFee, bound };
  const surcharges = surchargeAmounts(due, tariff.terms, metered);
  return { amount: addAmounts(price, surcharges), surcharges, paysConnectFee, bound };
}

/** A price and its surcharges. */
export const addAmounts = (price: Nanos, surcharges: readonly SurchargeAmount[]): Nanos =>
  nanos(surcharges.reduce((sum, { amount }) => sum + amount, price as bigint));

/** Whether an allowance pays for all seconds of a call; of no seconds too, while anything of it is left. */
export const isCovered = ({ billedS, coveredS }: Metered, allowance: AllowanceShare | undefined): boolean =>
  billedS === coveredS && (coveredS > 0 || (allowance !== undefined && allowance.leftS > 0));

/** A numerator of `price` as a fraction of the currency's main unit. */
export const inMainUnits = ({ denominator }: Price, numerator: bigint): Fraction => ({ numerator, denominator });

const below = (a: Fraction, b: Fraction): boolean => compareFraction(a, b) < 0;

const POWERS_OF_TEN = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9] as const;
