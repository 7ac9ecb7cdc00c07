import type { TariffTerms } from "../../core/tariff/tariff.ts";
import type { Tx } from "../db/tx.ts";
import { listTariffs, type Tariff } from "./store.ts";

/** A tariff that has a version. */
export interface PublishedTariff extends Tariff {
  readonly terms: TariffTerms;
}

/** The tenant's tariffs that were published by `epoch` (null: by now), each at its newest version of then. */
export async function publishedTariffs(
  tx: Tx,
  tenantId: string,
  epoch: number | null,
): Promise<readonly PublishedTariff[]> {
  const tariffs = await listTariffs(tx, tenantId, epoch);
  return tariffs.filter(isPublished);
}

const isPublished = (tariff: Tariff): tariff is PublishedTariff => tariff.terms !== null;
