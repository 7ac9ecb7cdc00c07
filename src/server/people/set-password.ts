import { passwordFault } from "../../core/access/password-rules.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { auditUser } from "./audit-user.ts";
import { deleteDevices } from "./device-store.ts";
import { hashPassword, isPasswordOf } from "./hash-password.ts";
import type { KnownSession } from "./known-session.ts";
import type { LoggedIn } from "./log-in.ts";
import { openSession, type Whereabouts } from "./open-session.ts";
import { readPasswordHash, savePasswordHash } from "./password-store.ts";
import type { People } from "./people.ts";
import { queuePasswordChanged } from "./people-mails.ts";
import { linkOver, logInOver, passwordTooWeak, passwordWrong } from "./problems.ts";
import { rememberDevice } from "./remember-device.ts";
import { tokenHash } from "./secret-token.ts";
import { countTry, giveTryBack, secretOf } from "./throttled-try.ts";
import { deleteUserToken, deleteUserTokens, findTokenOwner } from "./token-store.ts";
import type { User } from "./user.ts";
import { userActor } from "./user-actor.ts";
import { deleteSessions } from "./user-session-store.ts";
import { readUser, updateUser } from "./user-store.ts";

/** The hash of a new password. Errors: Problem `password-too-weak`, `log-in-overloaded`. */
export async function newPasswordHash(
  password: string,
  { email, name }: Pick<User, "email" | "name">,
): Promise<string> {
  const fault = passwordFault(password, [email, name]);
  if (fault !== null) throw passwordTooWeak({ fault });
  return await hashPassword(password);
}

/**
 * Sets the password of whoever has the link: who was invited or locked can log in from then on, and all sessions and
 * browsers so far are forgotten. Answers by what this browser is known from now on.
 *
 * Errors: Problem `link-over`, `password-too-weak`.
 */
export async function setPasswordByLink(
  db: Database,
  { token, password, address }: { readonly token: string; readonly password: string; readonly address: string },
): Promise<string> {
  const hash = tokenHash(token);
  const owner = await db.transaction("ingest", {}, (tx) => findTokenOwner(tx, hash));
  if (owner === undefined) throw linkOver();
  const { tenantId, userId: id } = owner;
  const asked = await db.transaction("app", { tenantId }, (tx) => readUser(tx, { tenantId, id }));
  if (asked === undefined) throw linkOver();
  const passwordHash = await newPasswordHash(password, asked); // a password that is too weak leaves the link good
  return await db.transaction("app", { tenantId }, async (tx) => {
    const user = await readUser(tx, { tenantId, id }, "for update");
    if (user === undefined || user.state === "disabled" || !(await deleteUserToken(tx, hash))) throw linkOver();
    if (user.state !== "active") await updateUser(tx, { ...user, state: "active" });
    await forgetEverywhere(tx, user, passwordHash);
    await auditUser(tx, userActor(user, address), "user.password-set", {
      user,
      before: { state: user.state },
      after: { state: "active" },
    });
    return await rememberDevice(tx, user, undefined);
  });
}

/**
 * Changes one's own password: every other session ends, and this one goes on under another token.
 *
 * Errors: Problem `password-wrong`, `password-too-weak`, `log-in-throttled`, `log-in-over`.
 */
export async function changeOwnPassword(
  { db }: Pick<People, "db">,
  { user, session }: KnownSession,
  change: Whereabouts & { readonly present: string; readonly password: string },
): Promise<LoggedIn> {
  await requirePassword(db, user, change.present);
  const hash = await newPasswordHash(change.password, user);
  return await db.transaction("app", { tenantId: user.tenantId }, async (tx) => {
    if ((await deleteSessions(tx, user.id, { only: session.id })) === 0) throw logInOver();
    await forgetEverywhere(tx, user, hash);
    await auditUser(tx, userActor(user, change.address), "user.password-changed", { user });
    const opened = await openSession(tx, user, session.stage, change);
    return { user, session: opened, deviceToken: await rememberDevice(tx, user, undefined) };
  });
}

/** Stores a password, and ends whatever was entered with the one before. */
async function forgetEverywhere(tx: Tx, user: User, hash: string): Promise<void> {
  const before = await readPasswordHash(tx, user.id);
  await savePasswordHash(tx, user, hash);
  await deleteSessions(tx, user.id);
  await deleteUserTokens(tx, user.id);
  await deleteDevices(tx, user.id);
  if (before !== null) await queuePasswordChanged(tx, user);
}

/**
 * Asks somebody who is logged in for the password again, before what a thief of the session must not do. Who has none
 * (single sign-on) is not asked. Errors: Problem `password-wrong`, `log-in-throttled`.
 */
export async function requirePassword(
  db: Database,
  { id, tenantId }: Pick<User, "id" | "tenantId">,
  password: string | undefined,
): Promise<void> {
  const hash = await db.transaction("app", { tenantId }, (tx) => readPasswordHash(tx, id));
  if (hash === null) return;
  const tried = secretOf(id, "present-password");
  await countTry(db, [tried]);
  if (!(await isPasswordOf(hash, password ?? ""))) throw passwordWrong();
  await giveTryBack(db, tried);
}
