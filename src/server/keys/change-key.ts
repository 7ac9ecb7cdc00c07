import { missingPermissions } from "../../core/access/missing-permissions.ts";
import { rangesFault } from "../../core/tenancy/address-range.ts";
import { type Actor, scopeOf } from "../access/actor.ts";
import { requireOwnHands } from "../access/own-hands.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { isUniqueViolation } from "../db/unique-violation.ts";
import type { ApiKey } from "./api-key.ts";
import { auditKey } from "./audit-key.ts";
import { nameFault } from "./key-faults.ts";
import { lockKey, setRevoked, updateKey } from "./key-store.ts";
import { keyInvalid, keyNameTaken, keyUnknown, permissionsExceeded } from "./problems.ts";

/** What of a key can be changed; undefined: stays as it is. */
export interface KeyChange {
  readonly name?: string | undefined;
  readonly addresses?: readonly string[] | undefined;
}

/**
 * Gives a key another name or other ranges of addresses. Who may not give what the key has may not open it to other
 * addresses either.
 *
 * Errors: Problem `key-unknown`, `key-invalid`, `key-name-taken`, `permissions-exceeded`, `impersonation-refused`.
 */
export async function changeKey(db: Database, actor: Actor, id: string, change: KeyChange): Promise<ApiKey> {
  requireOwnHands(actor);
  const { name, addresses } = change;
  const fault = (name === undefined ? null : nameFault(name)) ?? rangesFault(addresses ?? []);
  if (fault !== null) throw keyInvalid({ fault });
  return await db
    .transaction("app", scopeOf(actor), async (tx) => {
      const before = await liveKey(tx, actor, id);
      const missing = addresses === undefined ? [] : missingPermissions(before.permissions, actor.permissions);
      if (missing.length > 0) throw permissionsExceeded({ missing });
      const wanted = { name: name ?? before.name, addresses: addresses ?? before.addresses };
      const after = await updateKey(tx, { tenantId: actor.tenantId, id, ...wanted });
      await auditKey(tx, actor, "key.changed", { before, after });
      return after;
    })
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? keyNameTaken({ name: name ?? "" }) : error;
    });
}

/**
 * Ends a key: within a second no process takes it any more. One that was revoked before stays as it is.
 *
 * Errors: Problem `key-unknown`, `impersonation-refused`.
 */
export async function revokeKey(db: Database, actor: Actor, id: string): Promise<ApiKey> {
  requireOwnHands(actor);
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    const before = await lockKey(tx, { tenantId: actor.tenantId, id });
    if (before === undefined) throw keyUnknown();
    if (before.revokedAt !== null) return before;
    const after = await setRevoked(tx, { tenantId: actor.tenantId, id, by: actor.name });
    await auditKey(tx, actor, "key.revoked", { before, after });
    return after;
  });
}

async function liveKey(tx: Tx, { tenantId }: Actor, id: string): Promise<ApiKey> {
  const key = await lockKey(tx, { tenantId, id });
  if (key === undefined || key.revokedAt !== null) throw keyUnknown();
  return key;
}
