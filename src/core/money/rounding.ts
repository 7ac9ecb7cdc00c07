import { invariant } from "../invariant.ts";

/**
 * How a quotient is brought to whole units. `up` and `down` go away from and towards zero, so a credit mirrors a
 * charge.
 */
export const ROUNDING_MODES = ["up", "down", "half-up", "half-even"] as const;
export type RoundingMode = (typeof ROUNDING_MODES)[number];

/**
 * `numerator / denominator` in whole units by the named mode. The only division that money ever sees.
 *
 * Errors: a denominator that is not positive is a bug and throws.
 * Vectors: src/core/money/rounding.test.ts.
 */
export function divideRounded(numerator: bigint, denominator: bigint, mode: RoundingMode): bigint {
  invariant(denominator > 0n, `denominator is positive, got ${denominator}`);
  const quotient = numerator / denominator; // truncates towards zero
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const away = numerator < 0n ? quotient - 1n : quotient + 1n;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  switch (mode) {
    case "down":
      return quotient;
    case "up":
      return away;
    case "half-up":
      return twice >= denominator ? away : quotient;
    case "half-even":
      if (twice === denominator) return quotient % 2n === 0n ? quotient : away;
      return twice > denominator ? away : quotient;
    default:
      return mode satisfies never;
  }
}

/**
 * {@link divideRounded} on plain numbers, for hot paths: about 20 times faster.
 *
 * Exact while `numerator >= 0`, `denominator > 0`, both whole and their sum below 2⁵³; the caller proves that bound.
 * The quotient of two doubles may be off by one after `floor`, so it is mended by its exact remainder.
 */
export function divideRoundedSafe(numerator: number, denominator: number, mode: RoundingMode): number {
  let quotient = Math.floor(numerator / denominator);
  let remainder = numerator - quotient * denominator;
  if (remainder < 0) {
    quotient -= 1;
    remainder += denominator;
  }
  if (remainder === 0) return quotient;
  switch (mode) {
    case "down":
      return quotient;
    case "up":
      return quotient + 1;
    case "half-up":
      return remainder >= denominator - remainder ? quotient + 1 : quotient;
    case "half-even":
      if (remainder === denominator - remainder) return quotient + (quotient % 2);
      return remainder > denominator - remainder ? quotient + 1 : quotient;
    default:
      return mode satisfies never;
  }
}
