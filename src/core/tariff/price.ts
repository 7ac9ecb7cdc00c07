import { invariant } from "../invariant.ts";
import { type Decimal, unitsAt } from "../money/decimal.ts";
import type { Rate } from "./rate.ts";

/**
 * What the rates of many prefixes have in common, made ready for arithmetic: everything of a {@link Rate} but the
 * prefix, the destination, the window and the dates. Equal prices of one tariff are one object.
 *
 * All amounts are whole numbers of 1/`denominator` of the currency's main unit, so sums of seconds × price are exact.
 */
export interface Price {
  readonly terms: PriceTerms;
  readonly slots: readonly PriceSlot[];
  readonly denominator: bigint;
  readonly connectFee: bigint;
  readonly minimumCost: bigint | null;
  readonly maximumCost: bigint | null;
  /** The same numbers for the path of plain numbers; null where they need more than 53 bits. */
  readonly plain: PlainPrice | null;
}

/** The part of a {@link Rate} that says what a call costs. */
export type PriceTerms = Omit<Rate, "prefix" | "destination" | "blocked" | "window" | "effectiveFrom" | "effectiveTo">;

/** One part of the chain of slots. The first starts at 0. */
export interface PriceSlot {
  readonly fromS: number;
  readonly ratePerUnit: Decimal;
  readonly unitS: number;
  readonly stepS: number;
  /** Price of one second, in 1/denominator. */
  readonly perSecond: bigint;
}

/**
 * A price of one slot whose denominator is `unitS` × 10⁹, so that its numerators are nanos × `unitS`.
 * Results are exact for calls of up to `billedSMax` seconds: no number on the way reaches 2⁵³.
 */
export interface PlainPrice {
  readonly unitS: number;
  readonly perSecond: number;
  readonly connectFee: number;
  /** 0 and Infinity where there is no bound. */
  readonly minimumCost: number;
  readonly maximumCost: number;
  readonly billedSMax: number;
}

/**
 * Prices keep at least nanos, so that prices of ordinary scale share one denominator and add up without new fractions.
 */
const SCALE_MIN = 9;

/**
 * Makes a price ready. Errors: what a deck import must have refused (a negative price, a step of 0 seconds, slots out
 * of order) is a bug here and throws.
 */
export function compilePrice(terms: PriceTerms): Price {
  requireSound(terms);
  const chain = [
    { fromS: 0, ratePerUnit: terms.ratePerUnit, unitS: terms.unitS, stepS: terms.increments.nextS },
    ...terms.slots,
  ];
  const amounts = [terms.connectFee, terms.minimumCost ?? terms.connectFee, terms.maximumCost ?? terms.connectFee];
  const scale = Math.max(
    SCALE_MIN,
    ...chain.map((slot) => slot.ratePerUnit.scale),
    ...amounts.map((amount) => amount.scale),
  );
  const unitS = chain.reduce((multiple, slot) => leastCommonMultiple(multiple, slot.unitS), 1);
  const numerator = (amount: Decimal) => unitsAt(amount, scale) * BigInt(unitS);
  const slots = chain.map((slot) => ({
    ...slot,
    perSecond: unitsAt(slot.ratePerUnit, scale) * BigInt(unitS / slot.unitS),
  }));
  const price = {
    terms,
    slots,
    denominator: 10n ** BigInt(scale) * BigInt(unitS),
    connectFee: numerator(terms.connectFee),
    minimumCost: terms.minimumCost && numerator(terms.minimumCost),
    maximumCost: terms.maximumCost && numerator(terms.maximumCost),
  };
  return { ...price, plain: scale === SCALE_MIN ? plainPrice(price, unitS) : null };
}

/** Equal texts mean equal prices. */
export function priceKey(terms: PriceTerms): string {
  const { increments, slots, atMaximumCost = "free" } = terms;
  const chain = slots.map((slot) => `${slot.fromS},${decimalKey(slot.ratePerUnit)},${slot.unitS},${slot.stepS}`);
  return `${decimalKey(terms.ratePerUnit)},${terms.unitS},${increments.firstS},${increments.nextS},${decimalKey(
    terms.connectFee,
  )},${terms.minimumS},${terms.freeS},${decimalKey(terms.minimumCost)},${decimalKey(
    terms.maximumCost,
  )},${atMaximumCost};${chain.join(";")}`;
}

const decimalKey = (value: Decimal | null): string => (value === null ? "-" : `${value.units}e${value.scale}`);

function plainPrice({ slots, connectFee, minimumCost, maximumCost }: Omit<Price, "plain">, unitS: number) {
  const [slot] = slots;
  // The rounding unit is at most one main unit: unitS × 10⁹. It is added to the sum while rounding.
  const rest = connectFee + BigInt(unitS) * 1_000_000_000n;
  const bounds = Math.max(Number(minimumCost ?? 0n), Number(maximumCost ?? 0n));
  if (slots.length > 1 || slot === undefined || bounds + Number(rest) >= Number.MAX_SAFE_INTEGER) return null;
  const room = BigInt(Number.MAX_SAFE_INTEGER) - rest;
  return {
    unitS,
    perSecond: Number(slot.perSecond),
    connectFee: Number(connectFee),
    minimumCost: Number(minimumCost ?? 0n),
    maximumCost: maximumCost === null ? Number.POSITIVE_INFINITY : Number(maximumCost),
    billedSMax: slot.perSecond === 0n ? Number.MAX_SAFE_INTEGER : Number(room / slot.perSecond),
  };
}

function requireSound({ ratePerUnit, unitS, increments, slots, connectFee, minimumS, freeS, ...bounds }: PriceTerms) {
  const whole = (value: number, least: number) => Number.isSafeInteger(value) && value >= least;
  const steps = [{ fromS: 0, ratePerUnit, unitS, stepS: increments.nextS }, ...slots];
  invariant(whole(increments.firstS, 0), `the first increment is whole seconds, got ${increments.firstS}`);
  invariant(
    whole(minimumS, 0) && whole(freeS, 0),
    `minimum and free time are whole seconds, got ${minimumS}, ${freeS}`,
  );
  for (const [index, slot] of steps.entries()) {
    invariant(whole(slot.stepS, 1) && whole(slot.unitS, 1), `steps and units are whole seconds from 1 on`);
    invariant(slot.ratePerUnit.units >= 0n, "a rate is not negative");
    const previous = steps[index - 1];
    invariant(!previous || slot.fromS > previous.fromS, "slots are in rising order");
  }
  for (const amount of [connectFee, bounds.minimumCost, bounds.maximumCost]) {
    invariant(amount === null || amount.units >= 0n, "fees and cost bounds are not negative");
  }
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
