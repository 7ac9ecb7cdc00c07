import { uuidv7 } from "../../clock.ts";
import { missingPermissions } from "../../core/access/missing-permissions.ts";
import type { Permission } from "../../core/access/permission.ts";
import { rangesFault } from "../../core/tenancy/address-range.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import { type Actor, scopeOf } from "../access/actor.ts";
import { requireOwnHands } from "../access/own-hands.ts";
import type { Database } from "../db/database.ts";
import { isUniqueViolation } from "../db/unique-violation.ts";
import type { ApiKey } from "./api-key.ts";
import { auditKey } from "./audit-key.ts";
import { expiryFault, nameFault } from "./key-faults.ts";
import { insertKey, isAccountSeen } from "./key-store.ts";
import { makeKey } from "./key-text.ts";
import { keyAccountUnknown, keyInvalid, keyNameTaken, permissionsExceeded } from "./problems.ts";

export interface WantedKey {
  readonly name: string;
  /** Whom it acts for: an account that the maker sees; null: whom the maker acts for. */
  readonly accountId: string | null;
  readonly permissions: readonly Permission[];
  readonly addresses: readonly string[];
  readonly expiresAt: Temporal.Instant;
}

export interface CreatedKey {
  readonly key: ApiKey;
  /** Shown once: only its hash is kept. */
  readonly secret: string;
}

/**
 * Makes a key, with nothing that its maker does not have.
 *
 * Errors: Problem `key-invalid`, `key-name-taken`, `permissions-exceeded`, `key-account-unknown`,
 * `impersonation-refused`.
 */
export async function createKey(
  db: Database,
  actor: Actor,
  wanted: WantedKey,
  now: Temporal.Instant,
): Promise<CreatedKey> {
  requireOwnHands(actor);
  const { name, permissions, addresses, expiresAt } = wanted;
  const fault = nameFault(name) ?? rangesFault(addresses) ?? expiryFault(expiresAt, now);
  if (fault !== null) throw keyInvalid({ fault });
  const missing = missingPermissions(permissions, actor.permissions);
  if (missing.length > 0) throw permissionsExceeded({ missing });
  const { text: secret, hash, hint } = makeKey();
  const key = await db
    .transaction("app", scopeOf(actor), async (tx) => {
      const accountId = wanted.accountId ?? actor.accountId;
      if (accountId !== null && !(await isAccountSeen(tx, accountId))) throw keyAccountUnknown();
      const created = await insertKey(tx, {
        ...{ tenantId: actor.tenantId, id: uuidv7(), accountId, name, hash, hint, addresses },
        permissions: [...new Set(permissions)].sort(),
        expiresAt: fromInstant(expiresAt),
        createdBy: actor.name,
      });
      await auditKey(tx, actor, "key.created", { before: null, after: created });
      return created;
    })
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? keyNameTaken({ name }) : error;
    });
  return { key, secret };
}
