import { type Decimal, parseDecimal } from "../core/money/decimal.ts";
import { NANOS_SCALE, type Nanos, nanosFromDecimal } from "../core/money/nanos.ts";
import { inputRefused } from "./input.ts";

/** An amount above zero with at most nine decimals. */
export function readAmount(text: string): Nanos {
  const amount = plainDecimal(text);
  if (amount === undefined || amount.units <= 0n || amount.scale > NANOS_SCALE)
    throw inputRefused('Give an amount above zero with a decimal point, such as "25.00".');
  return nanosFromDecimal(amount, "down"); // at most nine decimals: nothing is cut off
}

/** An amount of zero or more with at most nine decimals. */
export function readAmountOrNone(text: string): Nanos {
  const amount = plainDecimal(text);
  if (amount === undefined || amount.units < 0n || amount.scale > NANOS_SCALE)
    throw inputRefused('Give an amount with a decimal point, such as "0.50".');
  return nanosFromDecimal(amount, "down"); // at most nine decimals: nothing is cut off
}

/** A decimal, which may be negative; handed on as text, as JSON carries it. */
export function readDecimal(text: string): string {
  if (plainDecimal(text) === undefined) throw inputRefused('Give a decimal such as "12.5" or "-3".');
  return text;
}

const plainDecimal = (text: string): Decimal | undefined =>
  /^-?\d+(\.\d+)?$/.test(text) ? parseDecimal(text) : undefined;

/** A whole number within bounds. */
export const readWhole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw inputRefused(`Give a whole number from ${least} to ${most}.`);
    return value;
  };

/** One of a few words. */
export const readChoice =
  <const Choice extends string>(...choices: readonly Choice[]) =>
  (text: string): Choice => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw inputRefused(`Choose one of ${choices.join(", ")}.`);
    return found;
  };
