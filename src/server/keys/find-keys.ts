import { type Actor, scopeOf } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import type { ApiKey } from "./api-key.ts";
import { type KeyPage, listKeys, readKey } from "./key-store.ts";
import { keyUnknown } from "./problems.ts";

/** Keys that somebody sees, the newest first; those that are revoked or over only when they are asked for. */
export const findKeys = (db: Database, actor: Actor, page: KeyPage): Promise<readonly ApiKey[]> =>
  db.transaction("app", scopeOf(actor), (tx) => listKeys(tx, actor.tenantId, page));

/** One of them. Errors: Problem `key-unknown`. */
export async function findKey(db: Database, actor: Actor, id: string): Promise<ApiKey> {
  const { tenantId } = actor;
  const key = await db.transaction("app", scopeOf(actor), (tx) => readKey(tx, { tenantId, id }));
  if (key === undefined) throw keyUnknown();
  return key;
}
