import { now } from "../../clock.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import type { Actor } from "../access/actor.ts";
import type { AddressLists } from "../access/address-lists.ts";
import type { Authenticator } from "../api/authenticate.ts";
import type { Database } from "../db/database.ts";
import { noteUse } from "./key-store.ts";
import { keyHash } from "./key-text.ts";
import { type KnownKey, KnownKeys } from "./known-keys.ts";
import { keyRefused } from "./problems.ts";

const USE_NOTED_EVERY_MS = 60_000;

/**
 * Takes API keys: `Authorization: Bearer tw_live_…`. A key that is revoked stops within a second in every process.
 *
 * Errors, of what it makes: Problem `key-refused` (401), the same whatever is wrong with a key.
 */
export function keyAuthenticator(db: Database, lists: AddressLists): Authenticator {
  const keys = new KnownKeys(db);
  const noted = new WeakSet<KnownKey>();
  return async ({ headers, address }) => {
    const [, text] = /^Bearer +(\S{1,200})$/i.exec(headers.authorization ?? "") ?? [];
    if (text === undefined) return null;
    const hash = keyHash(text);
    const key = hash === undefined ? undefined : await keys.find(hash);
    if (key === undefined) throw keyRefused();
    const actor = actorOf(key, address);
    if (!(await lists.admit(actor, key.addresses))) throw keyRefused();
    if (isUseDue(key) && !noted.has(key)) {
      noted.add(key);
      await db.transaction("ingest", {}, (tx) => noteUse(tx, { id: key.id, address }));
    }
    return actor;
  };
}

const isUseDue = ({ lastUsedAt }: KnownKey): boolean =>
  lastUsedAt === null || lastUsedAt < fromInstant(now()) - USE_NOTED_EVERY_MS;

const actorOf = (key: KnownKey, address: string): Actor => ({
  kind: "api-key",
  id: key.id,
  name: `key:${key.name}`,
  tenantId: key.tenantId,
  accountId: key.accountId,
  permissions: new Set(key.permissions),
  address,
  impersonator: null,
});
