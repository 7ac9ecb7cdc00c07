import { parseCurrency } from "../src/core/money/currency.ts";
import { parseDecimal } from "../src/core/money/decimal.ts";
import { type E164, parseE164 } from "../src/core/numbering/number.ts";
import type { CallToRate } from "../src/core/rating/opening.ts";
import type { Rate } from "../src/core/tariff/rate.ts";
import type { TariffTerms } from "../src/core/tariff/tariff.ts";
import { epochMs } from "../src/core/time/epoch.ts";

/** Numbers from 0 to 2³² − 1 in an order that the seed fixes (Numerical Recipes LCG). */
export class Dice {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A whole number from 0 to `below` − 1. */
  roll(below: number): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#seed / 2 ** 32) * below);
  }
}

export const DECK_TERMS: TariffTerms = {
  currency: parseCurrency("USD")!,
  timeZone: "UTC",
  incrementBase: "after-initial",
  decimals: 6,
  rounding: "half-up",
  windowCrossing: "split",
  reprice: "at-answer",
  windows: [],
};

const STEPS = [
  { firstS: 1, nextS: 1 },
  { firstS: 30, nextS: 6 },
  { firstS: 60, nextS: 60 },
  { firstS: 60, nextS: 1 },
];
const NO_AMOUNT = parseDecimal("0")!;

/**
 * A deck of the shape that carriers send: 4 of 5 codes are North American (1 + area code + exchange), the others are
 * destinations abroad with some codes each and breakouts below them. Rates differ by destination, not by code.
 */
export function buildDeck(seed: number, prefixCount: number): Rate[] {
  const dice = new Dice(seed);
  const rates = new Map<string, Rate>();
  const northAmerican = Math.floor(prefixCount * 0.8);
  while (rates.size < northAmerican) {
    const areaCode = 201 + dice.roll(780);
    const price = anyPrice(dice, `USA ${areaCode}`, 300);
    for (let count = 0; count < 200 && rates.size < northAmerican; count++) {
      const prefix = `1${areaCode}${200 + dice.roll(800)}`;
      rates.set(prefix, { ...price, prefix });
    }
  }
  while (rates.size < prefixCount) {
    const country = `${2 + dice.roll(8)}${dice.roll(10)}${dice.roll(3) === 0 ? "" : dice.roll(10)}`;
    const price = anyPrice(dice, `Country ${country} network ${dice.roll(100)}`, 4_000);
    for (let count = 0; count < 12 && rates.size < prefixCount; count++) {
      const prefix = country + String(dice.roll(10_000)).slice(0, 1 + dice.roll(4));
      rates.set(prefix, { ...price, prefix });
    }
  }
  return [...rates.values()];
}

function anyPrice(dice: Dice, destination: string, tenThousandths: number): Omit<Rate, "prefix"> {
  return {
    destination,
    blocked: false,
    ratePerUnit: parseDecimal(`0.${String(1 + dice.roll(tenThousandths)).padStart(4, "0")}`)!,
    unitS: 60,
    increments: STEPS[dice.roll(STEPS.length)]!,
    slots: [],
    connectFee: NO_AMOUNT,
    minimumS: 0,
    freeS: 0,
    minimumCost: null,
    maximumCost: null,
    window: null,
    effectiveFrom: epochMs(0),
    effectiveTo: null,
  };
}

/** Numbers as subscribers dial them: below codes of the deck, some destinations far more often than others. */
export function buildNumbers(seed: number, deck: readonly Rate[], count: number): E164[] {
  const dice = new Dice(seed);
  return Array.from({ length: count }, () => {
    const skewed = dice.roll(1 + dice.roll(deck.length));
    const { prefix } = deck[skewed]!;
    return parseE164(prefix + String(1_000_000_000 + dice.roll(1_000_000_000)).slice(0, 11 - prefix.length))!;
  });
}

/** Answered calls of 1 s to 30 min, a second apart. */
export function buildCalls(seed: number, deck: readonly Rate[], count: number): CallToRate[] {
  const dice = new Dice(seed);
  return buildNumbers(seed, deck, count).map((called, index) => {
    return { called, answeredAt: epochMs(1_767_225_600_000 + index * 1_000), talkedS: 1 + dice.roll(1_800) };
  });
}
