import type { Currency } from "../../core/money/currency.ts";
import { formatDecimal } from "../../core/money/decimal.ts";
import type { ExchangeRate } from "../../core/money/exchange.ts";
import type { Tx } from "../db/tx.ts";
import { noteExchangeRate } from "../rerating/note-setting-change.ts";
import { storedDecimal } from "../tariff/terms-json.ts";

/** All exchange rates of a tenant, by pair and date. */
export async function listExchangeRates(tx: Tx, tenantId: string): Promise<readonly ExchangeRate[]> {
  const { rows } = await tx.query<{ base: string; quote: string; effective_date: string; rate: string }>(
    `select base, quote, effective_date, rate from exchange_rates where tenant_id = $1
     order by base, quote, effective_date`,
    [tenantId],
  );
  return rows.map((row) => ({
    base: row.base as Currency,
    quote: row.quote as Currency,
    effectiveDate: row.effective_date,
    rate: storedDecimal(row.rate),
  }));
}

/** Writes a rate in place of the one of that pair and date, if there is one. */
export async function saveExchangeRate(tx: Tx, tenantId: string, exchangeRate: ExchangeRate): Promise<void> {
  const { base, quote, effectiveDate, rate } = exchangeRate;
  await tx.query(
    `insert into exchange_rates (tenant_id, base, quote, effective_date, rate) values ($1, $2, $3, $4, $5::numeric)
     on conflict (tenant_id, base, quote, effective_date) do update set rate = excluded.rate`,
    [tenantId, base, quote, effectiveDate, formatDecimal(rate)],
  );
  await noteExchangeRate(tx, tenantId, exchangeRate);
}
