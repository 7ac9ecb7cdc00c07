import type { Database } from "../db/database.ts";
import { type ListedAfter, type ListedRule, type ListedTrunk, listNamedRules, listNamedTrunks } from "./trunk-store.ts";

export type { ListedRule, ListedTrunk };

/** Trunks of a tenant, a page of them. */
export const findTrunks = (db: Database, after: ListedAfter): Promise<readonly ListedTrunk[]> =>
  db.transaction("app", { tenantId: after.tenantId }, (tx) => listNamedTrunks(tx, after));

/** Account rules of a tenant, a page of them. */
export const findAccountRules = (db: Database, after: ListedAfter): Promise<readonly ListedRule[]> =>
  db.transaction("app", { tenantId: after.tenantId }, (tx) => listNamedRules(tx, after));
