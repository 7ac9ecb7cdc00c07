import type { Database } from "../db/database.ts";
import { type ApplyOptions, applySetup } from "../tenancy/apply-setup.ts";
import type { SetupChange } from "../tenancy/setup-work.ts";
import { findTariffs } from "./find-tariffs.ts";
import { tariffUnknown } from "./problems.ts";
import type { DeriveSetup, TariffSetup } from "./tariff-setup.ts";

/**
 * Makes a tariff that sells what another one prices, or publishes its new formula if there is one of that name; answers
 * which of the two, or that nothing changed. With a markup of 0 and overrides it carries one account's own prices.
 *
 * @throws Problem `tariff-unknown` for the base; `setup-invalid`: another currency, a ring of derived tariffs.
 */
export async function deriveTariff(
  db: Database,
  tenant: { readonly id: string; readonly name: string },
  setup: TariffSetup & { readonly derive: DeriveSetup },
  options: ApplyOptions,
): Promise<SetupChange["change"]> {
  const tariffs = await findTariffs(db, tenant.id);
  if (!tariffs.some(({ name }) => name === setup.derive.base)) throw tariffUnknown({ name: setup.derive.base });
  const { changes } = await applySetup(db, { tenant: { name: tenant.name }, tariffs: [setup] }, options);
  return changes.find(({ kind }) => kind === "tariff")?.change ?? "unchanged";
}
