import { addDecimal, type Decimal, multiplyDecimal, ZERO } from "../money/decimal.ts";
import { addFraction, type Fraction, fractionOf } from "../money/fraction.ts";
import { divideRounded } from "../money/rounding.ts";
import { compilePrice, type Price } from "./price.ts";
import type { Derivation } from "./tariff.ts";

/**
 * The price that a derived tariff makes of its base's.
 *
 * The percentage goes on every amount (rates, connection fee, cost bounds); `addPerUnit` only on the rates, and in
 * proportion on a slot whose unit is another than the rate's. Each result is rounded once and never falls below zero.
 */
export function derivePrice({ terms, unitsRated }: Price, derivation: Derivation): Price {
  const { markupPercent, addPerUnit, increments } = derivation;
  const factor = factorOf(markupPercent);
  const amount = (base: Decimal) => deriveAmount(base, derivation);
  const rate = (base: Decimal, unitS: number) => {
    const { numerator, denominator } = fractionOf(addPerUnit);
    const added = { numerator: numerator * BigInt(unitS), denominator: denominator * BigInt(terms.unitS) };
    return settled(addFraction(fractionOf(multiplyDecimal(base, factor)), added), derivation);
  };
  const derived = {
    ...terms,
    ratePerUnit: rate(terms.ratePerUnit, terms.unitS),
    slots: terms.slots.map((slot) => ({ ...slot, ratePerUnit: rate(slot.ratePerUnit, slot.unitS) })),
    increments: increments ?? terms.increments,
    connectFee: amount(terms.connectFee),
    minimumCost: terms.minimumCost && amount(terms.minimumCost),
    maximumCost: terms.maximumCost && amount(terms.maximumCost),
  };
  return compilePrice(derived, unitsRated);
}

/** An amount a call, or a surcharge a minute, of the base: by the percentage alone. */
export const deriveAmount = (base: Decimal, derivation: Derivation): Decimal =>
  settled(fractionOf(multiplyDecimal(base, factorOf(derivation.markupPercent))), derivation);

const factorOf = ({ units, scale }: Decimal): Decimal =>
  addDecimal({ units: 1n, scale: 0 }, { units, scale: scale + 2 });

function settled({ numerator, denominator }: Fraction, { decimals, rounding }: Derivation): Decimal {
  const units = divideRounded(numerator * 10n ** BigInt(decimals), denominator, rounding);
  return units < 0n ? ZERO : { units, scale: decimals };
}
