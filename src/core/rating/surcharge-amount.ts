import { addFraction, type Fraction, fractionOf, multiplyFraction, roundFraction } from "../money/fraction.ts";
import type { Nanos } from "../money/nanos.ts";
import type { CompiledSurcharge } from "../tariff/surcharge.ts";
import type { TariffTerms } from "../tariff/tariff.ts";
import { billedSeconds } from "./step.ts";

/** What a surcharge comes to for one call: a part of its amount, in the tariff's currency. */
export interface SurchargeAmount {
  readonly name: string;
  /** Seconds that it is counted for; null: it is due for the call, whatever its length. */
  readonly seconds: number | null;
  readonly amount: Nanos;
}

/** Of a call that owes none. */
export const NO_SURCHARGE_AMOUNTS: readonly SurchargeAmount[] = [];

/**
 * The amounts of surcharges for an answered call of `talkedS` seconds, 1 or more: each is a price of its own beside the
 * rate's, and rounded once like it, so that price and surcharges add up to what is charged.
 */
export const surchargeAmounts = (
  surcharges: readonly CompiledSurcharge[],
  terms: TariffTerms,
  { talkedS, billedS }: { readonly talkedS: number; readonly billedS: number },
): SurchargeAmount[] =>
  surcharges.map((one) => {
    const { name, increments } = one.surcharge;
    const seconds = increments === null ? billedS : billedSeconds(talkedS, increments, terms.incrementBase);
    const amount = roundFraction(exactAmount(one, seconds), terms.decimals, terms.rounding);
    return { name, seconds: one.perMinute.units === 0n ? null : seconds, amount };
  });

function exactAmount({ perCall, perMinute }: CompiledSurcharge, seconds: number): Fraction {
  const minutes: Fraction = { numerator: BigInt(seconds), denominator: 60n };
  return addFraction(fractionOf(perCall), multiplyFraction(fractionOf(perMinute), minutes));
}
