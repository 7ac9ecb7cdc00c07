import type { Currency } from "../core/money/currency.ts";
import { type Decimal, multiplyDecimal } from "../core/money/decimal.ts";
import type { Reject } from "../core/reject.ts";
import { type DecimalMark, type Price, parsePrice } from "./cells/price.ts";
import type { RowContext } from "./row-context.ts";
import type { Cell } from "./table/table.ts";

/** A price or fee of a row. */
export interface Amount {
  /** In the currency's main unit. */
  readonly amount: Decimal;
  /** Decimals as written. */
  readonly writtenDecimals: number;
  /** The currency that the cell itself states. */
  readonly named: Currency | null;
}

const ONE_HUNDREDTH: Decimal = { units: 1n, scale: 2 };

/** Numbers of a sheet have a point whatever mark the deck's texts have. */
export function priceText(cell: Cell, { decimal }: Pick<RowContext, "decimal">): string {
  if (typeof cell === "string") return cell;
  const text = decimal === "." ? cell.text : cell.text.replace(".", ",");
  return cell.kind === "number" && cell.currency !== undefined ? `${text} ${cell.currency}` : text;
}

/** The text of a price cell to its amount; `inCents`: the deck writes hundredths. */
export function readAmount(
  text: string,
  { caches, decimal }: Pick<RowContext, "caches" | "decimal">,
  { inCents }: { readonly inCents: boolean },
): Amount | Reject {
  const price = rememberedPrice(caches.prices, text, decimal);
  if (price === undefined) return rateInvalid(text, decimal);
  if (price.amount.units < 0n) return rateNegative(text);
  const amount = inCents ? multiplyDecimal(price.amount, ONE_HUNDREDTH) : price.amount;
  return { amount, writtenDecimals: price.writtenDecimals, named: price.currency };
}

function rememberedPrice(cache: RowContext["caches"]["prices"], text: string, decimal: DecimalMark): Price | undefined {
  const known = cache.get(text);
  if (known !== undefined || cache.has(text)) return known;
  const price = parsePrice(text, decimal);
  cache.set(text, price);
  return price;
}

const rateInvalid = (text: string, mark: DecimalMark): Reject => ({
  code: "rate-invalid",
  what: `"${text}" is no price; the deck's decimal mark is "${mark}".`,
  fix: "Correct the cell, or set the template's decimal if the mark was detected wrongly.",
});

const rateNegative = (text: string): Reject => ({
  code: "rate-negative",
  what: `The price ${text} is negative.`,
  fix: 'Correct the cell. If the carrier means "blocked", add the text to the template\'s blockedRates.',
});
