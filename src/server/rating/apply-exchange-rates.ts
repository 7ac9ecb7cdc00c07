import { type Currency, parseCurrency } from "../../core/money/currency.ts";
import { formatDecimal, parseDecimal } from "../../core/money/decimal.ts";
import type { ExchangeRate } from "../../core/money/exchange.ts";
import { parseInstant } from "../../core/time/instant-text.ts";
import type { SetupFaults } from "../tenancy/setup-faults.ts";
import type { ExchangeRateSetup } from "../tenancy/setup-schema.ts";
import { noteChange, type SetupWork } from "../tenancy/setup-work.ts";
import { listExchangeRates, saveExchangeRate } from "./exchange-store.ts";

/** Adds the exchange rates of a setup, or corrects those of the same pair and date. Others stay. */
export async function applyExchangeRates(work: SetupWork, setups: readonly ExchangeRateSetup[]): Promise<void> {
  const present = new Map((await listExchangeRates(work.tx, work.tenantId)).map((rate) => [nameOf(rate), rate]));
  const seen = new Set<string>();
  for (const [index, setup] of setups.entries()) {
    const rate = readRate(setup, `/exchangeRates/${index}`, work.faults);
    if (rate === undefined) continue;
    const name = nameOf(rate);
    if (seen.has(name))
      work.faults.add(`/exchangeRates/${index}`, `A rate of ${name} stands above already.`, "Remove one of them.");
    seen.add(name);
    const before = present.get(name);
    if (noteChange(work, { kind: "exchange-rate", name }, before && shown(before), shown(rate)))
      await saveExchangeRate(work.tx, work.tenantId, rate);
  }
}

const nameOf = ({ base, quote, effectiveDate }: ExchangeRate): string => `${base}/${quote} from ${effectiveDate}`;

/** 1.10 and 1.1 are the same rate. */
const shown = ({ rate }: ExchangeRate) => ({ rate: formatDecimal(rate) });

function readRate(setup: ExchangeRateSetup, pointer: string, faults: SetupFaults): ExchangeRate | undefined {
  const rate = parseDecimal(setup.rate);
  const [base, quote] = [setup.base, setup.quote].map(parseCurrency) as [Currency?, Currency?];
  if (base === undefined)
    faults.add(`${pointer}/base`, `There is no currency "${setup.base}".`, "Use an ISO 4217 code.");
  if (quote === undefined)
    faults.add(`${pointer}/quote`, `There is no currency "${setup.quote}".`, "Use an ISO 4217 code.");
  if (base !== undefined && base === quote) faults.add(pointer, "Base and quote are one currency.", "Remove the rate.");
  if (rate === undefined || rate.units === 0n)
    faults.add(`${pointer}/rate`, "The rate is not above zero.", "Say how many units of quote one unit of base is.");
  const dateExists = parseInstant(setup.from, "UTC") !== undefined;
  if (!dateExists) faults.add(`${pointer}/from`, `There is no day ${setup.from}.`, "Correct the date.");
  const sound = base && quote && base !== quote && rate && rate.units > 0n && dateExists;
  return sound ? { base, quote, effectiveDate: setup.from, rate } : undefined;
}
