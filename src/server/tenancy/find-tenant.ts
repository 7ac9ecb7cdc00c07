import type { Database } from "../db/database.ts";
import type { StoredTenant } from "./party.ts";
import { tenantNotNamed, tenantUnknown } from "./problems.ts";
import { listTenants } from "./store.ts";

/** All tenants of the installation, by name. */
export const findTenants = (db: Database): Promise<readonly StoredTenant[]> =>
  db.transaction("ingest", {}, listTenants);

/**
 * The tenant of that name, letter case aside; null: the only one there is.
 *
 * @throws Problem `tenant-unknown`, `tenant-not-named`.
 */
export async function findTenant(db: Database, name: string | null): Promise<StoredTenant> {
  const tenants = await findTenants(db);
  const [first, ...others] = tenants;
  if (name === null) {
    if (first === undefined || others.length > 0) throw tenantNotNamed({ names: tenants.map((tenant) => tenant.name) });
    return first;
  }
  const found = tenants.find((tenant) => tenant.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw tenantUnknown({ name });
  return found;
}
