import { parseMailAddress } from "../../core/access/mail-address.ts";
import { languageFault, userNameFault } from "../../core/access/user.ts";
import type { Json } from "../../core/canonical-json.ts";
import { type Actor, scopeOf } from "../access/actor.ts";
import { requireOwnHands } from "../access/own-hands.ts";
import { versionChanged } from "../api/problems.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { isUniqueViolation } from "../db/unique-violation.ts";
import { auditUser } from "./audit-user.ts";
import { rolesFault } from "./create-user.ts";
import { deleteDevices } from "./device-store.ts";
import { requireGrantable, requireRank } from "./grant-roles.ts";
import { readPasswordHash } from "./password-store.ts";
import { queueAddressChanged } from "./people-mails.ts";
import { lastOwner, ownUserProtected, userEmailTaken, userInvalid, userUnknown } from "./problems.ts";
import { deleteUserTokens } from "./token-store.ts";
import type { User } from "./user.ts";
import { deleteSessions } from "./user-session-store.ts";
import { lockOwners, readUser, updateUser } from "./user-store.ts";

/** What becomes other; what is left out stays. */
export interface UserChange {
  readonly email?: string;
  readonly name?: string;
  readonly language?: string;
  readonly roles?: readonly string[];
  /** `active` lets somebody in again: as invited, where there is no password. */
  readonly state?: "active" | "locked" | "disabled";
}

interface Changing {
  /** As it was read; null: whatever it is. */
  readonly ifMatch?: string | null;
  readonly reason?: string | null;
}

/**
 * Changes a user. Roles count from the next request; who is locked or disabled is out at once, everywhere. Of their
 * own, users change only name and language.
 *
 * Errors: Problem `user-unknown`, `user-invalid`, `user-email-taken`, `user-outranks`, `own-user-protected`,
 * `role-unknown`, `permissions-exceeded`, `last-owner`, `version-changed`, `impersonation-refused`.
 */
export async function changeUser(
  db: Database,
  actor: Actor,
  id: string,
  change: UserChange,
  { ifMatch = null, reason = null }: Changing = {},
): Promise<User> {
  requireOwnHands(actor);
  const { tenantId } = actor;
  const changeIn = async (tx: Tx): Promise<User> => {
    // Before the user: two who each take another owner away would wait for each other.
    const owners = change.roles === undefined && change.state === undefined ? [] : await lockOwners(tx, tenantId);
    const before = await readUser(tx, { tenantId, id }, "for update");
    if (before === undefined) throw userUnknown();
    if (ifMatch !== null && ifMatch !== before.version) throw versionChanged();
    const after = await changed(tx, before, change);
    requireChangeable(actor, before, change);
    if (change.roles !== undefined) await requireGrantable(tx, actor, after);
    if (isOwner(before) && !isOwner(after) && owners.every((owner) => owner === id)) throw lastOwner();
    await updateUser(tx, after);
    await forget(tx, before, after);
    const stored = (await readUser(tx, { tenantId, id })) as User;
    await auditUser(tx, actor, "user.changed", { user: stored, ...difference(before, stored), reason });
    return stored;
  };
  return await db.transaction("app", scopeOf(actor), changeIn).catch((error: unknown) => {
    throw isUniqueViolation(error) ? userEmailTaken({ email: change.email ?? "" }) : error;
  });
}

async function changed(tx: Tx, before: User, change: UserChange): Promise<User> {
  const email = change.email === undefined ? before.email : parseMailAddress(change.email);
  if (email === undefined)
    throw userInvalid({ fault: `"${change.email}" is no e-mail address such as ada@example.com.` });
  const { name = before.name, language = before.language } = change;
  const roles = [...new Set(change.roles ?? before.roles)].sort();
  const fault = userNameFault(name) ?? languageFault(language) ?? rolesFault(roles);
  if (fault !== null) throw userInvalid({ fault });
  return { ...before, email, name, language, roles, state: await newState(tx, before, change.state) };
}

async function newState(tx: Tx, { id, state }: User, wanted: UserChange["state"]): Promise<User["state"]> {
  if (wanted !== "active") return wanted ?? state;
  return (await readPasswordHash(tx, id)) === null ? "invited" : "active";
}

function requireChangeable(actor: Actor, user: User, { email, roles, state }: UserChange): void {
  const isOwn = actor.kind === "user" && actor.id === user.id;
  if (!isOwn) requireRank(actor, user);
  else if (email !== undefined || roles !== undefined || state !== undefined) throw ownUserProtected();
}

const isOwner = ({ accountId, state, roles }: User): boolean =>
  accountId === null && state === "active" && roles.includes("owner");

/** Ends what may not go on: everything of who is out, links that were sent to an address which is no longer theirs. */
async function forget(tx: Tx, before: User, after: User): Promise<void> {
  const isOut = after.state === "locked" || after.state === "disabled";
  if (isOut) await deleteSessions(tx, after.id);
  if (isOut) await deleteDevices(tx, after.id);
  if (isOut || before.email !== after.email) await deleteUserTokens(tx, after.id);
  if (before.email !== after.email) await queueAddressChanged(tx, before);
}

/** The fields that became other, before and after. */
function difference(before: User, after: User): { readonly before: Json; readonly after: Json } {
  const [old, now] = [before, after].map(
    ({ email, name, language, state, roles }): Record<string, Json> => ({ email, name, language, state, roles }),
  ) as [Record<string, Json>, Record<string, Json>];
  const fields = Object.keys(old).filter((field) => JSON.stringify(old[field]) !== JSON.stringify(now[field]));
  const only = (values: Record<string, Json>) =>
    Object.fromEntries(fields.map((field) => [field, values[field] ?? null]));
  return { before: only(old), after: only(now) };
}
