import type { Currency } from "../../core/money/currency.ts";
import { convert, findConversion } from "../../core/money/exchange.ts";
import { NANOS_SCALE, type Nanos } from "../../core/money/nanos.ts";
import type { ExchangeTerms } from "../../core/rating/rate-sides.ts";
import { exchangeRateUnknown } from "./problems.ts";

/**
 * An amount of a day ("2026-03-02") in another currency, to the nano, at that day's rate.
 *
 * @throws Problem `exchange-rate-unknown`.
 */
export function inCurrency(
  { table }: Pick<ExchangeTerms, "table">,
  { amount, currency: from, date }: { readonly amount: Nanos; readonly currency: Currency; readonly date: string },
  to: Currency,
): Nanos {
  if (from === to) return amount;
  const conversion = findConversion(table, { from, to, date });
  if (conversion.kind === "no-conversion") throw exchangeRateUnknown(conversion);
  return convert(amount, conversion, { rounding: "half-even", decimals: NANOS_SCALE });
}
