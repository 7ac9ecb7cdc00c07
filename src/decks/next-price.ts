import { compareDecimal, type Decimal } from "../core/money/decimal.ts";
import type { Reject } from "../core/reject.ts";
import type { Increments, RateSlot } from "../core/tariff/rate.ts";
import type { DeckRow } from "./deck-row.ts";
import { priceText, readAmount } from "./price-cell.ts";
import type { RowContext } from "./row-context.ts";
import { type Cell, cellText } from "./table/table.ts";

/** The row's first price, its steps, and the seconds that the price is for. */
interface FirstPrice {
  readonly kind: DeckRow["kind"];
  readonly ratePerUnit: Decimal;
  readonly increments: Increments;
  readonly unitS: number;
}

const NO_SLOTS: readonly RateSlot[] = [];

/**
 * The price of what follows the first interval, as the slot that begins there; none where it is the first price. null:
 * the deck has no column for it.
 */
export function readNextPrice(cell: Cell, first: FirstPrice, context: RowContext): readonly RateSlot[] | Reject | null {
  const { next } = context;
  if (next === null) return null;
  if (first.kind !== "price") return NO_SLOTS;
  const text = priceText(cell, context);
  if (text === "") return nextPriceMissing();
  const price = readAmount(text, context, next);
  if ("code" in price) return price;
  const { increments, ratePerUnit, unitS: firstUnitS } = first;
  const unitS = next.unitS ?? firstUnitS;
  if (unitS === firstUnitS && compareDecimal(price.amount, ratePerUnit) === 0) return NO_SLOTS;
  return [{ fromS: next.fromS ?? increments.firstS, ratePerUnit: price.amount, unitS, stepS: increments.nextS }];
}

/** Whether a row asks something after its first interval, if that is free. */
export const costsLater = (cell: Cell, { next }: Pick<RowContext, "next">): boolean =>
  next !== null && /[1-9]/.test(cellText(cell));

const nextPriceMissing = (): Reject => ({
  code: "rate-missing",
  what: "The row has a price for the first interval and none for what follows.",
  fix:
    "Ask the carrier for it. If all rows are priced by the first one alone, say so in the template: " +
    '{"columns": {"nextRate": null}}.',
});
