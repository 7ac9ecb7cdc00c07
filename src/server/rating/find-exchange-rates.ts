import type { ExchangeRate } from "../../core/money/exchange.ts";
import type { Database } from "../db/database.ts";
import { listExchangeRates } from "./exchange-store.ts";

/** All exchange rates of a tenant, by pair and date. */
export const findExchangeRates = (db: Database, tenantId: string): Promise<readonly ExchangeRate[]> =>
  db.transaction("app", { tenantId }, (tx) => listExchangeRates(tx, tenantId));
