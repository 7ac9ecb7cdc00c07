import { ZERO } from "../money/decimal.ts";
import { addFraction, type Fraction, NO_FRACTION } from "../money/fraction.ts";
import { type CompiledTariff, destinationOf } from "../tariff/compiled-tariff.ts";
import type { RatedCharge, Rating } from "./charge.ts";
import { type AllowanceShare, type CallToRate, type Opening, openCall, secondsToCover } from "./opening.ts";
import { inMainUnits, type Metered, type Settlement, settle, settlePlain } from "./settle.ts";
import { billedSeconds } from "./step.ts";
import { openingHoldsUntilS, takeSteps } from "./timeline.ts";

/**
 * The price of one call in one tariff: the function that quote, live session, CDR and invoice all stand on.
 *
 * Exact to the last digit before it is rounded, once, as the tariff's terms say. Most calls take a path of plain
 * numbers whose bounds prove it exact; the others add up big integers. A fractional or negative talk time is a bug and
 * throws.
 * Source: docs/concepts/rating.md; vectors: test/vectors/rating/.
 */
export function rateCall(tariff: CompiledTariff, call: CallToRate): Rating {
  const opening = openCall(tariff, call.called, call.answeredAt, call.origin);
  return opening.kind === "open" ? { kind: "rated", charge: rateOpened(opening, call) } : opening;
}

/** The charge for a call whose rate is found. */
export function rateOpened(opening: Opening, call: Pick<CallToRate, "talkedS" | "allowance">): RatedCharge {
  const { talkedS, allowance } = call;
  const { price, tariff } = opening;
  const { plain } = price;
  if (plain !== null) {
    const billedS = billedSeconds(secondsToCover(plain, talkedS), plain, tariff.terms.incrementBase);
    if (billedS <= plain.billedSMax && billedS <= openingHoldsUntilS(opening)) {
      const metered = { talkedS, billedS, coveredS: coveredSeconds(billedS, allowance) };
      return chargeOf(opening, metered, settlePlain(opening, plain, metered, allowance), plain.ratePerMinute);
    }
  }
  return rateExactly(opening, call);
}

/** {@link rateOpened} by the general path alone: any slots, windows and changes of rate, any size of number. */
export function rateExactly(
  opening: Opening,
  { talkedS, allowance }: Pick<CallToRate, "talkedS" | "allowance">,
): RatedCharge {
  const reading = takeReading(opening, opening.tariff, NO_READING, { talkedS, leftS: allowance?.leftS ?? 0 });
  return chargeOfReading(opening, reading, settle(opening, reading, reading.sum, allowance));
}

/** A call so far: how far its steps reach, and the exact price of their seconds without fee, bounds and rounding. */
export interface Reading extends Metered {
  /** In the currency's main unit. */
  readonly sum: Fraction;
  /** The rates a minute of its paid seconds, in order of time, each once. */
  readonly rates: readonly string[];
}

/** A call before its first second. */
export const NO_READING: Reading = { talkedS: 0, billedS: 0, coveredS: 0, sum: NO_FRACTION, rates: [] };

/**
 * Goes on from an earlier reading to a talk time of `talkedS` in all. The first `leftS` of the seconds that are new are
 * paid by an allowance. `current` prices them: the tariff that the call was opened in, or a later version of it.
 */
export function takeReading(
  opening: Opening,
  current: CompiledTariff,
  before: Reading,
  { talkedS, leftS }: { readonly talkedS: number; readonly leftS: number },
): Reading {
  const span = { fromS: before.billedS, coverS: secondsToCover(opening.price.terms, talkedS) };
  const coveredUntilS = before.billedS + leftS;
  let { sum, rates } = before;
  const billedS = takeSteps(opening, current, span, ({ fromS, untilS, price, slot }) => {
    const paidS = untilS - Math.max(fromS, Math.min(untilS, coveredUntilS));
    if (paidS <= 0) return;
    sum = addFraction(sum, inMainUnits(price, slot.perSecond * BigInt(paidS)));
    if (!rates.includes(slot.ratePerMinute)) rates = [...rates, slot.ratePerMinute];
  });
  return { talkedS, billedS, coveredS: before.coveredS + Math.min(billedS - before.billedS, leftS), sum, rates };
}

const coveredSeconds = (billedS: number, allowance: AllowanceShare | undefined): number =>
  allowance === undefined ? 0 : Math.min(billedS, allowance.leftS);

/** The charge for a call so far; one without a paid second has the rate that it was answered at. */
export function chargeOfReading(opening: Opening, reading: Reading, settlement: Settlement): RatedCharge {
  const [first = opening.price.slots[0]?.ratePerMinute ?? null, ...more] = reading.rates;
  return chargeOf(opening, reading, settlement, more.length === 0 ? first : null);
}

/** `ratePerMinute`: of all paid seconds; null when they had several. */
function chargeOf(
  { tariff, found, called, price }: Opening,
  { billedS, coveredS }: Metered,
  { amount, paysConnectFee, bound, surcharges }: Settlement,
  ratePerMinute: string | null,
): RatedCharge {
  const isSum = bound === null;
  return {
    amount,
    currency: tariff.terms.currency,
    prefix: called.slice(0, found.prefixLength),
    destination: destinationOf(found),
    billedS,
    coveredS,
    ratePerMinute: isSum ? ratePerMinute : null,
    connectFee: isSum && paysConnectFee ? price.terms.connectFee : ZERO,
    surcharges,
    tariffId: tariff.tariffId,
    tariffVersion: tariff.version,
  };
}
