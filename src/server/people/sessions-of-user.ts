import { type Actor, scopeOf } from "../access/actor.ts";
import { requireOwnHands } from "../access/own-hands.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { auditUser } from "./audit-user.ts";
import { requireRank } from "./grant-roles.ts";
import type { KnownSession } from "./known-session.ts";
import { userUnknown } from "./problems.ts";
import type { User } from "./user.ts";
import { userActor } from "./user-actor.ts";
import { deleteSessions, listSessions, type UserSession } from "./user-session-store.ts";
import { readUser } from "./user-store.ts";

/** Where somebody is logged in. Errors: Problem `user-unknown`. */
export async function findSessions(db: Database, actor: Actor, userId: string): Promise<readonly UserSession[]> {
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    await requireUser(tx, actor, userId);
    return await listSessions(tx, userId);
  });
}

/**
 * Logs somebody out everywhere; answers how many sessions that were.
 *
 * Errors: Problem `user-unknown`, `user-outranks`, `own-user-protected`, `impersonation-refused`.
 */
export async function endSessions(db: Database, actor: Actor, userId: string): Promise<number> {
  requireOwnHands(actor);
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    const user = await requireUser(tx, actor, userId);
    requireRank(actor, user);
    return await end(tx, actor, user, {});
  });
}

async function requireUser(tx: Tx, { tenantId }: Actor, id: string): Promise<User> {
  const user = await readUser(tx, { tenantId, id });
  if (user === undefined) throw userUnknown();
  return user;
}

/** Ends one's own sessions: one of them, or all but this one. Answers how many. */
export const endOwnSessions = (
  db: Database,
  { user, session }: KnownSession,
  { only, address }: { readonly only: string | null; readonly address: string },
): Promise<number> =>
  db.transaction("app", { tenantId: user.tenantId }, (tx) =>
    end(tx, userActor(user, address), user, only === null ? { but: session.id } : { only }),
  );

async function end(tx: Tx, actor: Actor, user: User, which: Parameters<typeof deleteSessions>[2]): Promise<number> {
  const ended = await deleteSessions(tx, user.id, which);
  if (ended > 0) await auditUser(tx, actor, "user.sessions-ended", { user, after: { sessions: ended } });
  return ended;
}

/** Logs out. */
export async function logOut(db: Database, { user, session }: KnownSession, address: string): Promise<void> {
  await db.transaction("app", { tenantId: user.tenantId }, async (tx) => {
    if ((await deleteSessions(tx, user.id, { only: session.id })) > 0)
      await auditUser(tx, userActor(user, address), "user.logged-out", { user });
  });
}
