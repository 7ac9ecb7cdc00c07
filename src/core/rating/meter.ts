import { invariant } from "../invariant.ts";
import type { CompiledTariff } from "../tariff/compiled-tariff.ts";
import type { RatedCharge } from "./charge.ts";
import type { AllowanceShare, Opening } from "./opening.ts";
import { chargeOfReading, NO_READING, type Reading, takeReading } from "./rate-call.ts";
import { settle } from "./settle.ts";

/** One slice of a live call, as an interim report brings it. */
export interface Slice {
  /** Talk time of the whole call at the end of the slice. */
  readonly talkedS: number;
  /** The version in force now. The tariff of the opening uses it only where its terms say `at-next-slice`. */
  readonly current?: CompiledTariff;
  /** What the account's allowance has left for the seconds of this slice. */
  readonly allowance?: AllowanceShare;
}

/** A call so far, and what it has cost so far. Store the reading with the session: the next slice goes on from it. */
export interface Metering {
  readonly reading: Reading;
  /** The charge as if the call had ended here. A slice costs the difference to the charge before it. */
  readonly charge: RatedCharge;
}

/**
 * Meters a live call slice by slice, from {@link NO_READING} on.
 *
 * Law, tested: slices of any size, with their reading carried on, end at exactly the charge that {@link rateCall} gives
 * for the whole call. Only the charge is rounded; the reading keeps the position of the last step and the unrounded
 * sum. A talk time that goes back is a bug and throws: the session must drop reports that are out of order.
 */
export function meterSlice(opening: Opening, before: Reading | null, slice: Slice): Metering {
  const from = before ?? NO_READING;
  invariant(slice.talkedS >= from.talkedS, "the talk time of a call does not go back");
  const follows = opening.tariff.terms.reprice === "at-next-slice";
  const current = follows && slice.current !== undefined ? slice.current : opening.tariff;
  const leftS = slice.allowance?.leftS ?? 0;
  const reading = takeReading(opening, current, from, { talkedS: slice.talkedS, leftS });
  const settlement = settle(opening, reading, reading.sum, slice.allowance);
  return {
    reading,
    charge: { ...chargeOfReading(opening, reading, settlement), tariffVersion: current.version },
  };
}
