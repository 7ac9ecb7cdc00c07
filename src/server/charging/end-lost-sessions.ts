import type { Database } from "../db/database.ts";
import { retrying } from "../db/retrying.ts";
import type { Charging } from "./charging.ts";
import { givingUp } from "./give-up-sessions.ts";
import { expireSessions, type LostSessions } from "./session-store.ts";

export type { LostSessions };

/** Sessions of one pass; there is another while there are as many. */
const PASS_MAX = 1_000;

/**
 * Ends the sessions of a switch that has begun anew, or is about to end, as they were last known: it will report
 * none of them any more. The records are provisional, so that a stop that comes all the same corrects them; a
 * session that is heard of meanwhile goes on. Done again it finds none. Answers how many have ended.
 *
 * Errors: those of {@link Charging.decide}; what has run out by then is given up within seconds.
 */
export async function endLostSessions(db: Database, charging: Charging, lost: LostSessions): Promise<number> {
  let ended = 0;
  for (;;) {
    const silent = await retrying(() => db.transaction("ingest", {}, (tx) => expireSessions(tx, lost, PASS_MAX)));
    const answers = await Promise.all(
      silent.map((session) => charging.decide(session.tenantId, givingUp(session, "the switch began anew"))),
    );
    ended += answers.filter(({ kind }) => kind === "closed").length;
    if (silent.length < PASS_MAX) return ended;
  }
}
