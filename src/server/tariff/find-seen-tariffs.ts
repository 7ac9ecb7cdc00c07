import type { Database } from "../db/database.ts";
import { tariffUnknown } from "./problems.ts";
import { listSeenTariffs, type SeenTariff } from "./seen-tariff-store.ts";

/** The next tariffs that `db` shows, by name. */
export const findSeenTariffs = (
  db: Database,
  tenantId: string,
  page: { readonly after: string | null; readonly rows: number },
): Promise<readonly SeenTariff[]> => db.transaction("app", { tenantId }, (tx) => listSeenTariffs(tx, tenantId, page));

/** The tariff of that name. Errors: Problem `tariff-unknown`, also for one that `db` does not show. */
export async function requireSeenTariff(db: Database, tenantId: string, name: string): Promise<SeenTariff> {
  const [tariff] = await db.transaction("app", { tenantId }, (tx) => listSeenTariffs(tx, tenantId, { name, rows: 1 }));
  if (tariff === undefined) throw tariffUnknown({ name });
  return tariff;
}
