import type { Currency } from "../../core/money/currency.ts";
import { type Decimal, multiplyDecimal } from "../../core/money/decimal.ts";
import { divideRounded } from "../../core/money/rounding.ts";
import type { E164 } from "../../core/numbering/number.ts";
import { findRate, isBlocked, priceOf } from "../../core/tariff/compiled-tariff.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import { loadTariff } from "../rating/tariff-set.ts";
import { costTariffCurrency, tariffUnknown } from "./problems.ts";

/** What a minute to a prefix costs from a zone (null: anywhere); null: nothing is known of it, or it is blocked. */
export type CostPerMinute = (prefix: string, at: EpochMs, origin: string | null) => Decimal | null;

/**
 * Costs by the tariff of that name, derived or not, for prices in `currency`. A prefix costs what a number that begins
 * with it and has no breakout of its own costs.
 *
 * @throws Problem `tariff-unknown`, `cost-tariff-currency`.
 */
export async function costPerMinute(
  tx: Tx,
  tenantId: string,
  { name, currency }: { readonly name: string; readonly currency: Currency },
): Promise<CostPerMinute> {
  const loaded = await loadTariff(tx, tenantId, name);
  if (loaded === undefined) throw tariffUnknown({ name });
  const { numbers } = loaded;
  if (numbers.terms.currency !== currency)
    throw costTariffCurrency({ name, is: numbers.terms.currency, wanted: currency });
  return (prefix, at, origin) => {
    const found = findRate(numbers, prefix as E164, at, origin === null ? [] : [origin]);
    if (found === null || isBlocked(found)) return null;
    const { ratePerUnit, unitS } = priceOf(found.layer, found.row).terms;
    return perMinute(ratePerUnit, unitS);
  };
}

/** Exact where it ends; else to nine more decimals, which only a comparison sees. */
export function perMinute(ratePerUnit: Decimal, unitS: number): Decimal {
  if (unitS === 60) return ratePerUnit;
  const minute = multiplyDecimal(ratePerUnit, { units: 60n, scale: 0 });
  if (60 % unitS === 0) return { units: minute.units / BigInt(unitS), scale: minute.scale };
  return { units: divideRounded(minute.units * 10n ** 9n, BigInt(unitS), "half-up"), scale: minute.scale + 9 };
}
