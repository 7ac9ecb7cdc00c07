import { uuidv7 } from "../../clock.ts";
import type { Permission } from "../../core/access/permission.ts";
import { roleNameFault } from "../../core/access/role.ts";
import type { Json } from "../../core/canonical-json.ts";
import { type Actor, scopeOf } from "../access/actor.ts";
import { requireOwnHands } from "../access/own-hands.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { isUniqueViolation } from "../db/unique-violation.ts";
import { keyAccountUnknown } from "../keys/problems.ts";
import { requireHeld } from "./grant-roles.ts";
import { roleInUse, roleInvalid, roleNameTaken, roleUnknown } from "./problems.ts";
import type { Role } from "./role.ts";
import { countRoleUsers, deleteRole, insertRole, listRoles, lockRole, updateRole } from "./role-store.ts";
import { isAccountSeen } from "./user-store.ts";

export interface WantedRole {
  readonly name: string;
  readonly permissions: readonly Permission[];
  /** Whose people may have it: an account that the maker sees; null: that of the maker. */
  readonly accountId: string | null;
}

const ROLES_MAX = 500;

/** Roles that somebody sees, beside the built-in ones. */
export const findRoles = (db: Database, actor: Actor): Promise<readonly Role[]> =>
  db.transaction("app", scopeOf(actor), (tx) => listRoles(tx, actor.tenantId, ROLES_MAX));

/**
 * Makes a role, with nothing that its maker does not have.
 *
 * Errors: Problem `role-invalid`, `role-name-taken`, `permissions-exceeded`, `key-account-unknown`,
 * `impersonation-refused`.
 */
export async function createRole(db: Database, actor: Actor, { name, ...wanted }: WantedRole): Promise<Role> {
  requireOwnHands(actor);
  const fault = roleNameFault(name) ?? permissionsFault(wanted.permissions);
  if (fault !== null) throw roleInvalid({ fault });
  const permissions = [...new Set(wanted.permissions)].sort();
  requireHeld(actor, permissions);
  const { tenantId } = actor;
  const id = uuidv7();
  const create = async (tx: Tx): Promise<Role> => {
    const accountId = wanted.accountId ?? actor.accountId;
    if (accountId !== null && !(await isAccountSeen(tx, accountId))) throw keyAccountUnknown();
    await insertRole(tx, tenantId, { id, accountId, name, permissions, changedBy: actor.name });
    const role = (await lockRole(tx, tenantId, id)) as Role;
    await auditRole(tx, actor, "role.created", { role, before: null, after: permissions });
    return role;
  };
  return await db.transaction("app", scopeOf(actor), create).catch((error: unknown) => {
    throw isUniqueViolation(error) ? roleNameTaken({ name }) : error;
  });
}

/**
 * Gives a role other permissions, at once for everybody who has it. Neither what it had nor what it gets may be more
 * than the changer has.
 *
 * Errors: Problem `role-unknown`, `role-invalid`, `permissions-exceeded`, `impersonation-refused`.
 */
export async function changeRole(db: Database, actor: Actor, id: string, wanted: readonly Permission[]): Promise<Role> {
  requireOwnHands(actor);
  const fault = permissionsFault(wanted);
  if (fault !== null) throw roleInvalid({ fault });
  const permissions = [...new Set(wanted)].sort();
  const { tenantId } = actor;
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    const before = await lockRole(tx, tenantId, id);
    if (before === undefined) throw roleUnknown({ name: id });
    requireHeld(actor, [...before.permissions, ...permissions]);
    await updateRole(tx, tenantId, { id, permissions, changedBy: actor.name });
    const role = (await lockRole(tx, tenantId, id)) as Role;
    await auditRole(tx, actor, "role.changed", { role, before: before.permissions, after: permissions });
    return role;
  });
}

/** Removes a role that nobody has. Errors: Problem `role-unknown`, `role-in-use`, `permissions-exceeded`. */
export async function removeRole(db: Database, actor: Actor, id: string): Promise<void> {
  requireOwnHands(actor);
  const { tenantId } = actor;
  await db.transaction("app", scopeOf(actor), async (tx) => {
    const role = await lockRole(tx, tenantId, id);
    if (role === undefined) throw roleUnknown({ name: id });
    requireHeld(actor, role.permissions);
    const users = await countRoleUsers(tx, tenantId, role);
    if (users > 0) throw roleInUse({ name: role.name, users });
    await deleteRole(tx, tenantId, id);
    await auditRole(tx, actor, "role.removed", { role, before: role.permissions, after: null });
  });
}

const permissionsFault = (permissions: readonly Permission[]): string | null =>
  permissions.length > 0 ? null : "A role permits at least one thing.";

const auditRole = (
  tx: Tx,
  actor: Actor,
  action: "role.created" | "role.changed" | "role.removed",
  { role, before, after }: { role: Role; before: readonly Permission[] | null; after: readonly Permission[] | null },
): Promise<void> => {
  const shown = (permissions: readonly Permission[] | null): Json => permissions && { permissions };
  return recordAudit(tx, actor, [
    {
      action,
      object: { kind: "role", id: role.id, name: role.name },
      ...{ before: shown(before), after: shown(after), reason: null, isSecurity: true, accountId: role.accountId },
    },
  ]);
};
