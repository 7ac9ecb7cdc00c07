import { divideRounded, type RoundingMode } from "./rounding.ts";

/**
 * An exact decimal number: `units × 10^-scale`. Rates keep the scale they came with:
 * 0.0231 is `{ units: 231n, scale: 4 }`.
 */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** The most decimals that a rate may have. A deck cell with more is a reject, not a number. */
export const DECIMAL_SCALE_MAX = 18;

export const ZERO: Decimal = { units: 0n, scale: 0 };

/**
 * Plain decimal text ("12", "-0.50", ".05") or scientific ("1.5E-3", as spreadsheets write small rates) to an exact
 * number. Answers undefined for anything else: decimal commas and thousands separators are the deck template's to
 * resolve first.
 */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d{0,30})(?:\.(\d{0,30}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  let units = BigInt(whole + fraction);
  let scale = fraction.length - Number(exponent);
  while (scale > 0 && units !== 0n && units % 10n === 0n) {
    units /= 10n;
    scale -= 1;
  }
  if (units === 0n) scale = 0;
  if (scale < 0) {
    units *= 10n ** BigInt(-scale);
    scale = 0;
  }
  if (scale > DECIMAL_SCALE_MAX) return undefined;
  return { units: sign === "-" ? -units : units, scale };
}

/** "0.0231": plain text, no exponent, no trailing zeros. */
export function formatDecimal({ units, scale }: Decimal): string {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale === 0 ? "" : digits.slice(-scale).replace(/0+$/, "");
  return `${negative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/** The units of `value` at a finer or equal scale. */
export function unitsAt(value: Decimal, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale);
}

export function addDecimal(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) + unitsAt(b, scale), scale };
}

export function multiplyDecimal(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareDecimal(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = unitsAt(a, scale) - unitsAt(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** `value` with at most `scale` decimals. */
export function roundDecimal(value: Decimal, scale: number, mode: RoundingMode): Decimal {
  if (value.scale <= scale) return value;
  return { units: divideRounded(value.units, 10n ** BigInt(value.scale - scale), mode), scale };
}
