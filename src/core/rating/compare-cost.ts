import type { Nanos } from "../money/nanos.ts";
import type { CompiledTariff } from "../tariff/compiled-tariff.ts";
import type { RatedCharge } from "./charge.ts";
import type { CallToRate } from "./opening.ts";
import { rateCall } from "./rate-call.ts";

/** A vendor that may carry a call, by its own deck. */
export interface Offer {
  readonly vendorId: string;
  readonly tariff: CompiledTariff;
}

export interface RankedOffer<O extends Offer> {
  readonly offer: O;
  readonly charge: RatedCharge;
  /** The charge in the currency of the comparison. */
  readonly cost: Nanos;
}

/**
 * Offers for a call from the cheapest on; those without a rate, or blocked, are left out.
 *
 * Each vendor is priced by its own longest match first, never by a shorter prefix that is cheaper; then costs are
 * compared. They are the costs of the whole call of `call.talkedS` seconds, so that 60/60 is not taken for as cheap as
 * 1/1. `inOneCurrency` brings a charge to the currency of the comparison; undefined leaves the offer out.
 */
export function rankByCost<O extends Offer>(
  offers: readonly O[],
  call: CallToRate,
  inOneCurrency: (charge: RatedCharge) => Nanos | undefined = (charge) => charge.amount,
): RankedOffer<O>[] {
  const ranked: RankedOffer<O>[] = [];
  for (const offer of offers) {
    const rating = rateCall(offer.tariff, call);
    if (rating.kind !== "rated") continue;
    const cost = inOneCurrency(rating.charge);
    if (cost !== undefined) ranked.push({ offer, charge: rating.charge, cost });
  }
  const byVendor = (a: O, b: O) => (a.vendorId < b.vendorId ? -1 : a.vendorId > b.vendorId ? 1 : 0);
  return ranked.sort((a, b) => (a.cost === b.cost ? byVendor(a.offer, b.offer) : a.cost < b.cost ? -1 : 1));
}
