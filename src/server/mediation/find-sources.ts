import type { Database } from "../db/database.ts";
import type { Source } from "./source.ts";
import { listSources } from "./source-store.ts";

/** All sources of the tenant, by name. */
export const findSources = (db: Database, tenantId: string): Promise<readonly Source[]> =>
  db.transaction("app", { tenantId }, (tx) => listSources(tx, tenantId));
