import { missingPermissions } from "../../core/access/missing-permissions.ts";
import type { Permission } from "../../core/access/permission.ts";
import { isBuiltInRole, permissionsOfRoles } from "../../core/access/role.ts";
import type { Actor } from "../access/actor.ts";
import type { Tx } from "../db/tx.ts";
import { permissionsExceeded } from "../keys/problems.ts";
import { ownUserProtected, roleUnknown, userOutranks } from "./problems.ts";
import { holdRoles } from "./role-store.ts";
import type { User } from "./user.ts";

/**
 * Makes sure that somebody may give these roles to people of an account: there are such roles, and they permit nothing
 * that the giver may not do. The roles stay until the transaction ends.
 *
 * Errors: Problem `role-unknown`, `permissions-exceeded`.
 */
export async function requireGrantable(
  tx: Tx,
  actor: Actor,
  { accountId, roles }: { readonly accountId: string | null; readonly roles: readonly string[] },
): Promise<void> {
  const named = roles.filter((role) => !isBuiltInRole(role));
  const found = await holdRoles(tx, { tenantId: actor.tenantId, accountId }, named);
  const unknown = named.find((name) => !found.some((role) => role.name === name));
  if (unknown !== undefined) throw roleUnknown({ name: unknown });
  requireHeld(actor, [...permissionsOfRoles(roles), ...found.flatMap(({ permissions }) => permissions)]);
}

/** Errors: Problem `permissions-exceeded`. */
export function requireHeld(actor: Actor, permissions: readonly Permission[]): void {
  const missing = missingPermissions(permissions, actor.permissions);
  if (missing.length > 0) throw permissionsExceeded({ missing });
}

/**
 * Makes sure that somebody may change a user: another one, who may do nothing that the changer may not; else a new
 * address and a password by mail would be the way to more. Errors: Problem `own-user-protected`, `user-outranks`.
 */
export function requireRank(actor: Actor, user: User): void {
  if (actor.kind === "user" && actor.id === user.id) throw ownUserProtected();
  const missing = missingPermissions(user.permissions, actor.permissions);
  if (missing.length > 0) throw userOutranks({ missing });
}
