import type { Increments } from "../tariff/rate.ts";
import type { TariffTerms } from "../tariff/tariff.ts";

/**
 * Where the steps that start at `startS` end, when as many are taken as it needs to cover `coverS`. No loop over steps.
 *
 * `startS` is 0 (the first step of the call is next) or the end of a step; `coverS` is above it. Steps are `stepS` long
 * and count from `startS`, or, with the base `total`, are the multiples of `stepS` from the start of the call.
 * Units: whole seconds from the first that is not given away.
 */
export function stepsEnd(
  { startS, coverS }: { readonly startS: number; readonly coverS: number },
  { firstS, stepS }: { readonly firstS: number; readonly stepS: number },
  base: TariffTerms["incrementBase"],
): number {
  if (startS === 0 && coverS <= firstS) return firstS;
  if (base === "total") return Math.ceil(coverS / stepS) * stepS;
  const countedFromS = startS === 0 ? firstS : startS;
  return countedFromS + Math.ceil((coverS - countedFromS) / stepS) * stepS;
}

/**
 * Seconds to bill for a call whose price never changes: 31 s at 30/20 are 50 counted `after-initial` and 40 as a
 * `total`. 0 stays 0. Vectors: test/vectors/rating/increments.txt.
 */
export function billedSeconds(
  coverS: number,
  { firstS, nextS }: Increments,
  base: TariffTerms["incrementBase"],
): number {
  return coverS === 0 ? 0 : stepsEnd({ startS: 0, coverS }, { firstS, stepS: nextS }, base);
}
