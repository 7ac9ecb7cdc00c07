import type { Brand } from "../brand.ts";
import { invariant } from "../invariant.ts";
import { type Decimal, formatDecimal } from "./decimal.ts";
import { divideRounded, type RoundingMode } from "./rounding.ts";

/**
 * Integer count of 10⁻⁹ of a currency's main unit: $1 is 1_000_000_000n. Rates keep their own scale; only amounts are
 * nanos.
 */
export type Nanos = Brand<bigint, "Nanos">;

export const NANOS_SCALE = 9;
export const nanos = (value: bigint): Nanos => value as Nanos;
export const NO_NANOS: Nanos = nanos(0n);

/** `numeric(28,9)` text from the database to nanos; the only door in. */
export function nanosFromSql(text: string): Nanos {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(text);
  invariant(match, `an amount from the database is a plain decimal with at most 9 decimals, got "${text}"`);
  const value = BigInt(match[2] + (match[3] ?? "").padEnd(NANOS_SCALE, "0"));
  return nanos(match[1] === "-" ? -value : value);
}

/**
 * Nanos to the text that `numeric(28,9)` takes and JSON carries; no trailing zeros ("0.04", "12"). The only door out.
 */
export function nanosToSql(value: Nanos): string {
  return formatDecimal({ units: value, scale: NANOS_SCALE });
}

/** An exact decimal brought to nanos, rounded once by the named mode. */
export function nanosFromDecimal(value: Decimal, mode: RoundingMode): Nanos {
  if (value.scale <= NANOS_SCALE) return nanos(value.units * 10n ** BigInt(NANOS_SCALE - value.scale));
  return nanos(divideRounded(value.units, 10n ** BigInt(value.scale - NANOS_SCALE), mode));
}

/** `value` with at most `digits` decimals, still in nanos: 0.0417 at 2 digits half-up is 0.04. */
export function roundNanos(value: Nanos, digits: number, mode: RoundingMode): Nanos {
  invariant(digits >= 0 && digits <= NANOS_SCALE, `digits is 0 to 9, got ${digits}`);
  const unit = 10n ** BigInt(NANOS_SCALE - digits);
  return nanos(divideRounded(value, unit, mode) * unit);
}
