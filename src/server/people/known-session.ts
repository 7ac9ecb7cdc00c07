import type { RequestFacts } from "../api/authenticate.ts";
import type { Database } from "../db/database.ts";
import { cookieOf } from "./browser-cookies.ts";
import { requireOwnPage } from "./own-page.ts";
import type { People } from "./people.ts";
import { logInNeeded, logInOver, secondFactorDue } from "./problems.ts";
import { tokenHash } from "./secret-token.ts";
import type { User } from "./user.ts";
import { userActor } from "./user-actor.ts";
import { findSessionByHash, noteSessionSeen, type SessionStage, type UserSession } from "./user-session-store.ts";

/** A browser in which somebody is logged in. */
export interface KnownSession {
  readonly session: UserSession;
  /** As they are at this moment: a role that was changed counts from the next request. */
  readonly user: User;
  readonly token: string;
}

/**
 * Who is logged in in the browser that asks; null: it has no session's cookie.
 *
 * Errors: Problem `foreign-page`, `log-in-over`; `second-factor-due` where the session's stage is none of `stages`.
 */
export async function knownSession(
  { db, lists, publicUrl }: Pick<People, "db" | "lists" | "publicUrl">,
  request: RequestFacts,
  stages: readonly SessionStage[] = ["full"],
): Promise<KnownSession | null> {
  const token = cookieOf("session", request.headers, publicUrl);
  if (token === undefined) return null;
  requireOwnPage(request, publicUrl);
  const found = await findSession(db, token);
  if (found === undefined || !(await lists.admit(userActor(found.user, request.address)))) throw logInOver();
  if (!stages.includes(found.session.stage)) throw secondFactorDue();
  if (found.isDue) await db.transaction("ingest", {}, (tx) => noteSessionSeen(tx, found.session.id, request.address));
  return { session: found.session, user: found.user, token };
}

const findSession = (db: Database, token: string) =>
  db.transaction("ingest", {}, (tx) => findSessionByHash(tx, tokenHash(token)));

/** The same where there has to be one. Errors: Problem `log-in-needed` besides. */
export async function requireSession(...asked: Parameters<typeof knownSession>): Promise<KnownSession> {
  const known = await knownSession(...asked);
  if (known === null) throw logInNeeded();
  return known;
}
