import type { Actor } from "../access/actor.ts";
import { type AuditEntry, recordAudit } from "../audit/record-audit.ts";
import { findOpenSessions, type OpenSession, type SessionFilter } from "../charging/find-sessions.ts";
import type { Database } from "../db/database.ts";
import { hangUpUnconfirmed } from "./problems.ts";
import { requestCuts } from "./request-cuts.ts";

export interface HangUp {
  /** Which open sessions. Emergency calls are among them only where `sessions` names them. */
  readonly filter: Omit<SessionFilter, "limit">;
  /** For the record. */
  readonly why: string;
  readonly actor: Actor;
  /** Whoever asks knows that it may be more than one call. */
  readonly isConfirmed: boolean;
  readonly dryRun: boolean;
}

/** What was asked for. */
export interface HungUp {
  readonly sessions: readonly OpenSession[];
  /** Ids of those of them that did not wait for their end already; none after a dry run. */
  readonly asked: readonly string[];
}

const SESSIONS_MAX = 10_000;

/** Asks for calls to be ended at their switches. Errors: Problem `hang-up-unconfirmed`. */
export async function hangUp(db: Database, { filter, why, actor, isConfirmed, dryRun }: HangUp): Promise<HungUp> {
  const found = await findOpenSessions(db, { ...filter, limit: SESSIONS_MAX });
  const named = new Set(filter.sessions);
  const sessions = found.filter(({ id, key, account }) => account !== null || named.has(id) || named.has(key));
  if (dryRun) return { sessions, asked: [] };
  if (sessions.length > 1 && !isConfirmed) throw hangUpUnconfirmed({ count: sessions.length });
  const author = { tenantId: filter.tenantId, reason: "operator", askedBy: actor.name } as const;
  const wanted = sessions.map(({ id }) => ({ sessionId: id, why }));
  const asked = await requestCuts(db, author, wanted, async (tx, ids) => {
    const known = new Set(ids);
    await recordAudit(
      tx,
      actor,
      sessions.filter(({ id }) => known.has(id)).map((session) => entryOf(session, why)),
    );
  });
  return { sessions, asked };
}

const entryOf = ({ id, key, account, source }: OpenSession, why: string): AuditEntry => ({
  action: "session.hang-up-asked",
  object: { kind: "session", id, name: key },
  before: null,
  after: { account, source },
  reason: why,
});
