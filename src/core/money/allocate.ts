import { invariant } from "../invariant.ts";
import { type Nanos, nanos } from "./nanos.ts";

/**
 * Splits `total` by `weights` without losing or inventing a nano: shares are rounded down (towards zero) and what is
 * left goes one nano each to the shares with the largest remainders, the earlier of two equal ones first.
 *
 * Weights of zero get nothing. Errors: no weight, a negative one, or all zero is a bug and throws.
 */
export function allocate(total: Nanos, weights: readonly bigint[]): Nanos[] {
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0n);
  invariant(
    weights.every((weight) => weight >= 0n),
    "weights are not negative",
  );
  invariant(weightSum > 0n, "at least one weight is above zero");
  const sign = total < 0n ? -1n : 1n;
  const size = total * sign;
  const shares = weights.map((weight) => (size * weight) / weightSum);
  const left = Number(size - shares.reduce((sum, share) => sum + share, 0n));
  const remainders = weights.map((weight, index) => ({ index, remainder: (size * weight) % weightSum }));
  remainders.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of remainders.slice(0, left)) shares[index] = (shares[index] as bigint) + 1n;
  return shares.map((share) => nanos(share * sign));
}
