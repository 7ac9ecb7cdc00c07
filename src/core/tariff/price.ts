import { invariant } from "../invariant.ts";
import { DECIMAL_SCALE_MAX, type Decimal, formatDecimal, unitsAt } from "../money/decimal.ts";
import { divideRounded } from "../money/rounding.ts";
import { UNITS_RATED } from "../usage/service-units.ts";
import type { Rate } from "./rate.ts";

/**
 * What the rates of many prefixes have in common, made ready for arithmetic: everything of a {@link Rate} but the
 * prefix, the destination, the window and the dates. Equal prices of one tariff are one object.
 *
 * Amounts are whole numbers of 1/`denominator` of the currency's main unit, so sums of seconds × price are exact.
 */
export interface Price {
  readonly terms: PriceTerms;
  readonly slots: readonly PriceSlot[];
  readonly denominator: bigint;
  readonly connectFee: bigint;
  readonly minimumCost: bigint | null;
  readonly maximumCost: bigint | null;
  /** The same numbers for the path of plain numbers; null where they need more than 53 bits, or there are slots. */
  readonly plain: PlainPrice | null;
  /** Units of the service that the rates of its slots are shown for. */
  readonly unitsRated: number;
}

/** The part of a {@link Rate} that says what a call costs. */
export type PriceTerms = Omit<
  Rate,
  "prefix" | "destination" | "blocked" | "window" | "origin" | "effectiveFrom" | "effectiveTo"
>;

/** One part of the chain of slots. The first starts at 0. */
export interface PriceSlot {
  readonly fromS: number;
  readonly ratePerUnit: Decimal;
  readonly unitS: number;
  readonly stepS: number;
  /** Price of one second, in 1/denominator. */
  readonly perSecond: bigint;
  /**
   * The rate a minute, or for what else the service is rated by (`UNITS_RATED`), as a plain decimal; where that is
   * none, rounded to 9 decimals at least, and to 18 where the unit is of 1024s.
   */
  readonly ratePerMinute: string;
}

/**
 * A price of one slot whose denominator is `unitS` × 10⁹, so that its numerators are nanos × `unitS`.
 * Results are exact for calls of up to `billedSMax` seconds: no number on the way reaches 2⁵³.
 */
export interface PlainPrice {
  readonly freeS: number;
  readonly minimumS: number;
  readonly firstS: number;
  readonly nextS: number;
  readonly unitS: number;
  readonly perSecond: number;
  /** That of the slot, where a call finds it without another load from memory. */
  readonly ratePerMinute: string;
  readonly billedSMax: number;
  readonly connectFee: number;
  readonly minimumCost: number;
  /** null: no bound. */
  readonly maximumCost: number | null;
}

/** Prices keep at least nanos, so that those of ordinary scale share a denominator and add up without new fractions. */
const SCALE_MIN = 9;

/**
 * Makes a price ready; its rates are shown for `unitsRated` units of the service. Errors: what a deck import must have
 * refused (a negative price, a step of 0 seconds, slots out of order) is a bug here and throws.
 */
export function compilePrice(rate: PriceTerms, unitsRated = UNITS_RATED.voice): Price {
  const terms = onlyPriceTerms(rate);
  requireSound(terms);
  const chain = slotChain(terms);
  const amounts = [terms.connectFee, terms.minimumCost, terms.maximumCost].filter((amount) => amount !== null);
  const scales = [...chain.map((slot) => slot.ratePerUnit.scale), ...amounts.map((amount) => amount.scale)];
  const scale = Math.max(SCALE_MIN, ...scales);
  const unitS = chain.reduce((multiple, slot) => leastCommonMultiple(multiple, slot.unitS), 1);
  const numerator = (amount: Decimal) => unitsAt(amount, scale) * BigInt(unitS);
  const price = {
    terms,
    slots: chain.map((slot) => ({
      ...slot,
      perSecond: unitsAt(slot.ratePerUnit, scale) * BigInt(unitS / slot.unitS),
      ratePerMinute: rateShown(slot, unitsRated),
    })),
    denominator: 10n ** BigInt(scale) * BigInt(unitS),
    connectFee: numerator(terms.connectFee),
    minimumCost: terms.minimumCost && numerator(terms.minimumCost),
    maximumCost: terms.maximumCost && numerator(terms.maximumCost),
    unitsRated,
  };
  return { ...price, plain: scale === SCALE_MIN ? plainPrice(price, unitS) : null };
}

function rateShown({ ratePerUnit, unitS }: Pick<PriceSlot, "ratePerUnit" | "unitS">, unitsRated: number): string {
  if (unitS === unitsRated) return formatDecimal(ratePerUnit);
  const scale = unitsRated === UNITS_RATED.data ? DECIMAL_SCALE_MAX : Math.max(ratePerUnit.scale, SCALE_MIN);
  const units = divideRounded(unitsAt(ratePerUnit, scale) * BigInt(unitsRated), BigInt(unitS), "half-even");
  return formatDecimal({ units, scale });
}

/** Equal texts mean equal prices. */
export function priceKey(terms: PriceTerms): string {
  const { ratePerUnit, unitS, increments, slots, connectFee, minimumS, freeS, minimumCost, maximumCost } = terms;
  const rate = `${decimalKey(ratePerUnit)}/${unitS} ${increments.firstS}/${increments.nextS}`;
  const key = `${rate} ${decimalKey(connectFee)} ${minimumS} ${freeS}`;
  if (slots.length === 0 && minimumCost === null && maximumCost === null) return key;
  const chain = slots.map((slot) => `${slot.fromS} ${decimalKey(slot.ratePerUnit)}/${slot.unitS} ${slot.stepS}`);
  const bounds = [minimumCost, maximumCost].map((amount) => amount && decimalKey(amount));
  return [key, ...bounds, terms.atMaximumCost ?? "free", ...chain].join(";");
}

const decimalKey = ({ units, scale }: Decimal): string => (units === 0n ? "0" : `${units}e${scale}`);

const slotChain = ({ ratePerUnit, unitS, increments, slots }: PriceTerms) => [
  { fromS: 0, ratePerUnit, unitS, stepS: increments.nextS },
  ...slots,
];

/** A copy without what else a rate carries, so that a price does not keep whole rates in memory. */
function onlyPriceTerms(rate: PriceTerms): PriceTerms {
  const { ratePerUnit, unitS, increments, slots, connectFee, minimumS, freeS, minimumCost, maximumCost } = rate;
  const atMaximumCost = rate.atMaximumCost ?? "free";
  return {
    ...{ ratePerUnit, unitS, increments, slots, connectFee, minimumS, freeS },
    ...{ minimumCost, maximumCost, atMaximumCost },
  };
}

function plainPrice(price: Omit<Price, "plain">, unitS: number): PlainPrice | null {
  const { terms, slots, connectFee, minimumCost, maximumCost } = price;
  const [slot] = slots;
  // While it is rounded, a sum has the rounding unit added: at most one main unit, which is unitS × 10⁹.
  const rest = connectFee + BigInt(unitS) * 1_000_000_000n;
  const bounds = [minimumCost ?? 0n, maximumCost ?? 0n];
  if (slots.length > 1 || slot === undefined) return null;
  if (bounds.some((bound) => bound + rest >= LIMIT) || slot.perSecond >= LIMIT) return null;
  return {
    freeS: terms.freeS,
    minimumS: terms.minimumS,
    firstS: terms.increments.firstS,
    nextS: terms.increments.nextS,
    unitS,
    perSecond: Number(slot.perSecond),
    ratePerMinute: slot.ratePerMinute,
    billedSMax: slot.perSecond === 0n ? 2 ** 31 - 1 : Number((LIMIT - rest) / slot.perSecond),
    connectFee: Number(connectFee),
    minimumCost: Number(minimumCost ?? 0n),
    maximumCost: maximumCost === null ? null : Number(maximumCost),
  };
}

const LIMIT = BigInt(Number.MAX_SAFE_INTEGER);

function requireSound(terms: PriceTerms): void {
  const { increments, connectFee, minimumS, freeS, minimumCost, maximumCost } = terms;
  const whole = (value: number, least: number) => Number.isSafeInteger(value) && value >= least;
  invariant(whole(increments.firstS, 0), `the first increment is whole seconds, got ${increments.firstS}`);
  invariant(whole(minimumS, 0) && whole(freeS, 0), `minimum and free time are whole seconds: ${minimumS}, ${freeS}`);
  let previousFromS = -1;
  for (const { fromS, stepS, unitS, ratePerUnit } of slotChain(terms)) {
    invariant(whole(stepS, 1) && whole(unitS, 1), `steps and units are whole seconds from 1 on: ${stepS}, ${unitS}`);
    invariant(ratePerUnit.units >= 0n, "a rate is not negative");
    invariant(whole(fromS, 0) && fromS > previousFromS, "slots start at whole seconds in rising order");
    previousFromS = fromS;
  }
  for (const amount of [connectFee, minimumCost, maximumCost]) {
    invariant(amount === null || amount.units >= 0n, "fees and cost bounds are not negative");
  }
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
