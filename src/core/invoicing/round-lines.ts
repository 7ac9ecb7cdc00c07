import { invariant } from "../invariant.ts";
import { NANOS_SCALE, type Nanos, NO_NANOS, nanos, roundNanos } from "../money/nanos.ts";
import { divideRounded, type RoundingMode } from "../money/rounding.ts";

/**
 * How an invoice comes to the currency's own digits; either way its lines add up to its total.
 * - `total`: the exact sum is rounded once, and lines are shown a unit up or down so that they add up to it (largest
 *   remainder first). Off by at most half a unit an invoice, however many lines it has.
 * - `line`: each line is rounded by itself, as one would by hand. Off by up to half a unit a line.
 *
 * Source: docs/decisions/0013-invoice-rounding.md.
 */
export interface InvoiceRounding {
  readonly per: "total" | "line";
  readonly mode: RoundingMode;
}

export const INVOICE_ROUNDING_DEFAULT: InvoiceRounding = { per: "total", mode: "half-up" };

export interface RoundedLines {
  /** What each line shows, in the order given; less than one unit from its exact amount unless `carried` is large. */
  readonly amounts: readonly Nanos[];
  /** Sum of `amounts`. */
  readonly total: Nanos;
}

/**
 * Exact line amounts to what an invoice shows. `carried` is what earlier roundings left to bill (negative: to give
 * back) where an account's policy is to carry it; it moves the total of `per: "total"` and never that of `per: "line"`.
 */
export function roundLines(
  exact: readonly Nanos[],
  { per, mode, digits, carried }: InvoiceRounding & { readonly digits: number; readonly carried: Nanos },
): RoundedLines {
  if (per === "line") {
    const amounts = exact.map((amount) => roundNanos(amount, digits, mode));
    return { amounts, total: sum(amounts) };
  }
  if (exact.length === 0) return { amounts: [], total: NO_NANOS };
  const total = roundNanos(nanos(sum(exact) + carried), digits, mode);
  return { amounts: spread(exact, total, 10n ** BigInt(NANOS_SCALE - digits)), total };
}

/** Whole units that add up to `total`: each amount's floor, and the units left over to the largest remainders first. */
function spread(exact: readonly Nanos[], total: Nanos, unit: bigint): Nanos[] {
  const floors = exact.map((amount) => floorTo(amount, unit));
  const left = (total - sum(floors)) / unit;
  const count = BigInt(exact.length);
  const each = floorTo(left, count) / count; // 0 unless a carried residue goes beyond the lines' own remainders
  const extra = Number(left - each * count);
  const byRemainder = exact
    .map((amount, index) => ({ index, remainder: amount - (floors[index] ?? 0n) }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  const raised = new Set(byRemainder.slice(0, extra).map(({ index }) => index));
  const amounts = floors.map((floor, index) => nanos(floor + (each + (raised.has(index) ? 1n : 0n)) * unit));
  invariant(sum(amounts) === total, `line amounts add up to ${sum(amounts)}, not to the total ${total}`);
  return amounts;
}

/** The largest multiple of `unit` that is not above `value`, below zero too. */
function floorTo(value: bigint, unit: bigint): bigint {
  const rounded = divideRounded(value, unit, "down") * unit;
  return rounded > value ? rounded - unit : rounded;
}

const sum = (values: readonly bigint[]): Nanos => nanos(values.reduce((total, value) => total + value, 0n));
