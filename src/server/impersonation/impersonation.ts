import { PERMISSIONS, type Permission } from "../../core/access/permission.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";

/** Somebody of a node above acts in the name of an account below it, or of one of its users. */
export interface Impersonation {
  readonly id: string;
  readonly accountId: string;
  readonly accountCode: string;
  /** null: as the account itself, with what the impersonator may. */
  readonly userId: string | null;
  readonly byId: string;
  readonly byName: string;
  readonly reason: string;
  readonly beganAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly endedAt: EpochMs | null;
}

/** What opens doors that stay open when the impersonation is over. */
const NEVER: ReadonlySet<Permission> = new Set(["impersonation:write", "keys:write", "users:write"]);

/** What somebody may do in another's name: what both may, and nothing that outlasts it. */
export const permissionsInName = (
  impersonator: ReadonlySet<Permission>,
  of: ReadonlySet<Permission> = new Set(PERMISSIONS),
): ReadonlySet<Permission> =>
  new Set([...impersonator].filter((permission) => of.has(permission) && !NEVER.has(permission)));

/** An impersonation as answers show it. */
export const impersonationJson = (one: Impersonation) => ({
  id: one.id,
  account: one.accountCode,
  accountId: one.accountId,
  userId: one.userId,
  by: one.byName,
  reason: one.reason,
  beganAt: toInstant(one.beganAt).toString(),
  expiresAt: toInstant(one.expiresAt).toString(),
  endedAt: one.endedAt === null ? null : toInstant(one.endedAt).toString(),
});
