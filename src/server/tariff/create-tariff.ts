import type { Database } from "../db/database.ts";
import { type ApplyOptions, applySetup } from "../tenancy/apply-setup.ts";
import { findTariffs } from "./find-tariffs.ts";
import { tariffExists } from "./problems.ts";
import type { TariffSetup } from "./tariff-setup.ts";

/**
 * Creates a tariff and publishes its first version, which fixes its terms and has the rates of `setup`, if any: decks
 * can then be imported into it.
 *
 * @throws Problem `tariff-exists`, `setup-invalid`.
 */
export async function createTariff(
  db: Database,
  tenant: { readonly id: string; readonly name: string },
  setup: TariffSetup,
  options: ApplyOptions,
): Promise<void> {
  const tariffs = await findTariffs(db, tenant.id);
  if (tariffs.some(({ name }) => name === setup.name)) throw tariffExists({ name: setup.name });
  await applySetup(db, { tenant: { name: tenant.name }, tariffs: [setup] }, options);
}
