import type { Database } from "../db/database.ts";
import type { Source } from "./source.ts";
import { findSource } from "./source-store.ts";

/** The source of that name. Errors: Problem `source-unknown`. */
export const findSourceNamed = (db: Database, tenantId: string, name: string): Promise<Source> =>
  db.transaction("app", { tenantId }, (tx) => findSource(tx, tenantId, name));
