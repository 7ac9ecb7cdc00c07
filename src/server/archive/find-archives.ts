import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import type { Archive } from "./archive.ts";
import { countFiles, loadArchives } from "./archive-store.ts";

/** A tenant's parts, those that were restored or deleted included, in order of month and part. */
export const findArchives = (db: Database, tenantId: string): Promise<readonly Archive[]> =>
  db.transaction("app", { tenantId }, (tx) => loadArchives(tx, tenantId));

/** Parts that lie in the archive, as `tx` sees them. */
export const presentArchives = async (tx: Tx, tenantId: string): Promise<readonly Archive[]> =>
  (await loadArchives(tx, tenantId)).filter(({ state }) => state === "archived");

/** Files of archived months of all tenants; a schema of before the archive has none. */
export const countArchiveFiles = (db: Database): Promise<number> => db.transaction("owner", {}, countFiles);
