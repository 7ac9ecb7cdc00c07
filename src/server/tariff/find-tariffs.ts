import { formatDecimal } from "../../core/money/decimal.ts";
import type { TariffTerms } from "../../core/tariff/tariff.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { findTariff, listTariffs } from "./store.ts";

/** A tariff as lists show it: its newest version. */
export interface TariffSummary {
  readonly name: string;
  /** 0: nothing is published yet. */
  readonly version: number;
  readonly terms: TariffTerms | null;
  readonly derivedFrom: { readonly base: string; readonly markupPercent: string; readonly addPerUnit: string } | null;
}

/** All tariffs of the tenant, by name. */
export async function findTariffs(db: Database, tenantId: string): Promise<readonly TariffSummary[]> {
  const tariffs = await db.transaction("app", { tenantId }, (tx) => listTariffs(tx, tenantId));
  const names = new Map(tariffs.map(({ id, name }) => [id, name]));
  return tariffs.map(({ name, version, terms, derivation }) => ({
    name,
    version,
    terms,
    derivedFrom: derivation && {
      base: names.get(derivation.baseTariffId) ?? derivation.baseTariffId,
      markupPercent: formatDecimal(derivation.markupPercent),
      addPerUnit: formatDecimal(derivation.addPerUnit),
    },
  }));
}

/**
 * The tariff of that name, and the service that it is for.
 *
 * @throws Problem `tariff-unknown`.
 */
export async function findTariffToBuy(
  tx: Tx,
  tenantId: string,
  name: string,
): Promise<{ readonly id: string; readonly service: Service }> {
  const { id, terms } = await findTariff(tx, tenantId, name);
  return { id, service: terms?.service ?? "voice" };
}
