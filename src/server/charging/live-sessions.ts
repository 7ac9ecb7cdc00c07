import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../../clock.ts";
import { type Nanos, NO_NANOS, nanosToSql } from "../../core/money/nanos.ts";
import { type EpochMs, fromInstant, toInstant } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { openSourceNow } from "../mediation/open-source-now.ts";
import type { Desk } from "../mediation/prepare-call.ts";
import { LiveRatingContext } from "../rating/live-rating-context.ts";
import { findOpenSessions, type OpenSession, type SessionFilter } from "./find-sessions.ts";
import { openLevels } from "./open-levels.ts";

/** An open session, and what it costs so far. */
export interface LiveSession extends OpenSession {
  /**
   * Talk time so far in seconds: as reported, or as the clock has it since the answer, whichever is more. Units of
   * another service as reported.
   */
  readonly talkedS: number;
  /**
   * What the payer's tariff makes of it, in `currency`; null where it has no price any more. Allowances count at the
   * end.
   */
  readonly cost: Nanos | null;
}

/** What has become of a session since it was told of last. */
export interface SessionChange {
  readonly event: "opened" | "changed" | "ended";
  /** An ended one as it was known last. */
  readonly session: LiveSession;
}

/** Open sessions with their cost, for people who watch. Keeps prices in memory from one look to the next. */
export class LiveSessions {
  readonly #db: Database;
  readonly #rating = new LiveRatingContext();

  constructor(db: Database) {
    this.#db = db;
  }

  /** The longest first. */
  async find(filter: SessionFilter): Promise<readonly LiveSession[]> {
    const { tenantId } = filter;
    const sessions = await findOpenSessions(this.#db, filter);
    const at = fromInstant(now());
    const desks = new Map<string, Desk>();
    for (const sourceId of new Set(sessions.map((session) => session.sourceId)))
      desks.set(sourceId, (await openSourceNow(this.#db, { tenantId, sourceId }, this.#rating)).opened.desk);
    return sessions.map((session) => {
      const talkedS = talkedBy(session, at);
      return { ...session, talkedS, cost: costOf(desks.get(session.sourceId), session, talkedS) };
    });
  }

  /** Tells what is open, and then of every change, until `signal`. */
  async *watch(
    filter: SessionFilter,
    { everyMs, signal }: { readonly everyMs: number; readonly signal: AbortSignal },
  ): AsyncGenerator<SessionChange> {
    let before = new Map<string, LiveSession>();
    while (!signal.aborted) {
      const after = new Map((await this.find(filter)).map((session) => [session.id, session]));
      for (const [id, session] of before) if (!after.has(id)) yield { event: "ended", session };
      for (const [id, session] of after) {
        const known = before.get(id);
        if (known === undefined) yield { event: "opened", session };
        else if (isOther(known, session)) yield { event: "changed", session };
      }
      before = after;
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

const isOther = (before: LiveSession, after: LiveSession): boolean =>
  JSON.stringify(liveSessionJson(before)) !== JSON.stringify(liveSessionJson(after));

const talkedBy = ({ answeredAt, usedS, service }: OpenSession, at: EpochMs): number =>
  answeredAt === null || service !== "voice" ? usedS : Math.max(usedS, Math.floor((at - answeredAt) / 1_000));

/** An emergency call costs nothing. */
function costOf(desk: Desk | undefined, { attempt, answeredAt, openedAt }: OpenSession, talkedS: number): Nanos | null {
  if (desk === undefined) return null;
  const opened = openLevels(desk, attempt, { answeredAt: answeredAt ?? openedAt, capS: talkedS });
  if (opened.kind === "refused") return null;
  return opened.levels[0]?.costOf(talkedS) ?? NO_NANOS;
}

const timeOrNull = (at: EpochMs | null): string | null => (at === null ? null : toInstant(at).toString());

/** As programs see it: times as text, amounts as decimal strings in `currency`. */
export const liveSessionJson = ({ attempt: _attempt, sourceId: _sourceId, ...session }: LiveSession) => ({
  ...session,
  openedAt: toInstant(session.openedAt).toString(),
  answeredAt: timeOrNull(session.answeredAt),
  expiresAt: toInstant(session.expiresAt).toString(),
  cutAt: timeOrNull(session.cutAt),
  held: nanosToSql(session.held),
  cost: session.cost === null ? null : nanosToSql(session.cost),
});
