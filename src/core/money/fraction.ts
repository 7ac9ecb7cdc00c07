import { invariant } from "../invariant.ts";
import type { Decimal } from "./decimal.ts";
import { NANOS_SCALE, type Nanos, nanos } from "./nanos.ts";
import { divideRounded, type RoundingMode } from "./rounding.ts";

/**
 * An exact quotient: what a third of a cent is before it is rounded. Not always in lowest terms.
 * The denominator is positive.
 */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const NO_FRACTION: Fraction = { numerator: 0n, denominator: 1n };

export const fractionOf = ({ units, scale }: Decimal): Fraction => ({
  numerator: units,
  denominator: 10n ** BigInt(scale),
});

export function addFraction(a: Fraction, b: Fraction): Fraction {
  if (a.denominator === b.denominator) {
    return { numerator: a.numerator + b.numerator, denominator: a.denominator };
  }
  return lowestTerms({
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  });
}

export const multiplyFraction = (a: Fraction, b: Fraction): Fraction =>
  lowestTerms({ numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator });

/** `1 / value`. Errors: a value that is not positive is a bug and throws. */
export function inverseFraction({ numerator, denominator }: Fraction): Fraction {
  invariant(numerator > 0n, "only a positive fraction has an inverse here");
  return { numerator: denominator, denominator: numerator };
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareFraction(a: Fraction, b: Fraction): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/**
 * A fraction of the currency's main unit as an amount with at most `digits` (0–9) decimals: the one rounding of a
 * charge.
 */
export function roundFraction({ numerator, denominator }: Fraction, digits: number, mode: RoundingMode): Nanos {
  invariant(digits >= 0 && digits <= NANOS_SCALE, `digits is 0 to 9, got ${digits}`);
  const rounded = divideRounded(numerator * 10n ** BigInt(digits), denominator, mode);
  return nanos(rounded * 10n ** BigInt(NANOS_SCALE - digits));
}

function lowestTerms({ numerator, denominator }: Fraction): Fraction {
  let a = numerator < 0n ? -numerator : numerator;
  let b = denominator;
  while (b !== 0n) [a, b] = [b, a % b];
  return a <= 1n ? { numerator, denominator } : { numerator: numerator / a, denominator: denominator / a };
}

/** "1/24", or "3" for a whole number; in lowest terms. */
export function formatFraction(value: Fraction): string {
  const { numerator, denominator } = lowestTerms(value);
  return denominator === 1n ? `${numerator}` : `${numerator}/${denominator}`;
}

/** Reads what {@link formatFraction} wrote: how a session keeps its unrounded sum. Undefined for anything else. */
export function parseFraction(text: string): Fraction | undefined {
  const match = /^(-?\d+)(?:\/([1-9]\d*))?$/.exec(text);
  if (!match?.[1]) return undefined;
  return { numerator: BigInt(match[1]), denominator: BigInt(match[2] ?? "1") };
}
