import type { Database } from "../db/database.ts";
import type { Cut, CutFilter } from "./cut.ts";
import { listCuts } from "./cut-store.ts";

/** Cuts, the latest first. */
export const findCuts = (db: Database, filter: CutFilter): Promise<readonly Cut[]> =>
  db.transaction("app", { tenantId: filter.tenantId }, (tx) => listCuts(tx, filter));
