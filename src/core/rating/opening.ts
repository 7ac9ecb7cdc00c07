import { invariant } from "../invariant.ts";
import type { E164 } from "../numbering/number.ts";
import {
  type CompiledTariff,
  destinationOf,
  type FoundRate,
  findRate,
  isBlocked,
  priceOf,
} from "../tariff/compiled-tariff.ts";
import { type CallOrigin, NO_ZONES, ratedNumber, UNKNOWN_ORIGIN, zonesOf } from "../tariff/origin-zone.ts";
import type { Price } from "../tariff/price.ts";
import type { Rate } from "../tariff/rate.ts";
import { type CompiledSurcharge, NO_SURCHARGES, surchargesDue } from "../tariff/surcharge.ts";
import type { EpochMs } from "../time/epoch.ts";
import type { Unrated } from "./charge.ts";

/** One call as rating sees it. */
export interface CallToRate {
  readonly called: E164;
  /** Decides which rates are in force, and where windows fall. A call without an answer: when it was tried. */
  readonly answeredAt: EpochMs;
  /** Whole seconds by the source's duration rule, or units of another service; 0 for a call without an answer. */
  readonly talkedS: number;
  /** Free seconds of the account that this call may use; none when left out. */
  readonly allowance?: AllowanceShare;
  /** Where it comes from; left out: nothing is known, and the caller counts as withheld. */
  readonly origin?: CallOrigin;
}

/** What is left of an allowance for one call. */
export interface AllowanceShare {
  readonly leftS: number;
  /** Whether a call that it covers whole still pays the connection fee. */
  readonly paysConnectFee: boolean;
  /** Whether a call that it covers whole owes no surcharges; left out: it owes them. */
  readonly waivesSurcharges?: true;
}

/**
 * The rate that a call was answered at. It decides what a call has once: connection fee, free seconds, minimum time,
 * the bounds of its cost and its surcharges, whatever other rates the call later runs into.
 */
export interface Opening {
  readonly kind: "open";
  readonly tariff: CompiledTariff;
  /** The number whose digits found the rate: the one dialled, or its routing number where the tariff goes by that. */
  readonly called: E164;
  readonly answeredAt: EpochMs;
  /** The tariff's zones that the call is in, the most specific first. */
  readonly zones: readonly string[];
  readonly found: FoundRate;
  readonly price: Price;
  /** What the call owes beside the price of its rate. */
  readonly surcharges: readonly CompiledSurcharge[];
}

/** Finds the rate of a call that is or was answered then. */
export function openCall(
  tariff: CompiledTariff,
  dialled: E164,
  answeredAt: EpochMs,
  origin: CallOrigin = UNKNOWN_ORIGIN,
): Opening | Unrated {
  const called = tariff.zones === null ? dialled : ratedNumber(tariff.zones, dialled, origin);
  const zones = tariff.zones === null ? NO_ZONES : zonesOf(tariff.zones, dialled, origin);
  const found = findRate(tariff, called, answeredAt, zones);
  if (found === null) return { kind: "no-rate" };
  if (isBlocked(found)) {
    return { kind: "blocked", prefix: called.slice(0, found.prefixLength), destination: destinationOf(found) };
  }
  const price = priceOf(found.layer, found.row);
  const surcharges =
    tariff.surcharges.length === 0
      ? NO_SURCHARGES
      : surchargesDue(tariff.surcharges, { called, answeredAt, zones, origin });
  return { kind: "open", tariff, called, answeredAt, zones, found, price, surcharges };
}

/**
 * Seconds of a call that its steps have to cover: the talk time without the free seconds, but at least the minimum.
 * 0 stays 0: a call without an answer, or one within its free seconds, never earns the minimum.
 */
export function secondsToCover({ freeS, minimumS }: Pick<Rate, "freeS" | "minimumS">, talkedS: number): number {
  // The message is constant: to build one for every call took a third of the time of rating.
  invariant(Number.isSafeInteger(talkedS) && talkedS >= 0, "talkedS is whole seconds, 0 or more");
  return talkedS <= freeS ? 0 : Math.max(talkedS - freeS, minimumS);
}
