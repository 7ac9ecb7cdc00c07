import { type Currency, currencyDigits } from "../core/money/currency.ts";
import { formatDecimal } from "../core/money/decimal.ts";
import { type Nanos, nanosToSql } from "../core/money/nanos.ts";

/** An amount for people, with at least the decimals of its currency: "25.00", "0.007475". Exact: nothing is rounded. */
export function amountText(amount: Nanos, currency: Currency): string {
  const [whole = "", fraction = ""] = nanosToSql(amount).split(".");
  const digits = fraction.padEnd(currencyDigits(currency), "0");
  return digits === "" ? whole : `${whole}.${digits}`;
}

/** The same with the currency: "25.00 EUR". */
export const moneyText = (amount: Nanos, currency: Currency): string => `${amountText(amount, currency)} ${currency}`;

/** An exact sum ("299/40000") as a decimal where one ends ("0.007475"), else as it is ("1/24"). */
export function exactText(fraction: string): string {
  const [numerator = 0n, denominator = 1n] = fraction.split("/").map(BigInt);
  let scale = 0;
  for (let power = 1n; scale <= SCALE_MAX; power *= 10n, scale += 1)
    if (power % denominator === 0n) return formatDecimal({ units: (numerator * power) / denominator, scale });
  return fraction;
}

/** More decimals than this say less than the fraction. */
const SCALE_MAX = 18;
