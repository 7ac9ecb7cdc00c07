import { now } from "../../clock.ts";
import { epochMs, fromInstant } from "../../core/time/epoch.ts";
import { cutGivenUp } from "../cuts/request-cuts.ts";
import type { Database } from "../db/database.ts";
import type { Charging } from "./charging.ts";
import type { Stop } from "./charging-request.ts";
import { findGivenUp, forgetSessions, type SilentSession } from "./session-store.ts";

/** What one pass over silent sessions did. */
export interface GivenUp {
  /** Ended as they were last known, because nothing was heard of them for too long. */
  readonly ended: number;
  /** Of those that ended long ago: forgotten. */
  readonly forgotten: number;
}

/** Sessions of one pass; there is another at once while there are as many. */
const PASS_MAX = 1_000;

/**
 * Ends sessions of which nothing was heard for too long as they were last known, and gives back what they hold; the
 * record of such a call is provisional, so that a late stop, or the switch's own record, corrects it. A call that its
 * switch has ended for us lasted until then; others are to be ended there, as they may still be up. Forgets sessions
 * that ended long ago.
 */
export async function giveUpSessions(db: Database, charging: Charging): Promise<GivenUp> {
  let [ended, forgotten] = [0, 0];
  let last: SilentSession | null = null; // those that stay silent, whatever is done, are not met again in this pass
  for (;;) {
    const after: SilentSession | null = last;
    const silent: readonly SilentSession[] = await db.transaction("ingest", {}, (tx) =>
      findGivenUp(tx, { limit: PASS_MAX, after }),
    );
    last = silent.at(-1) ?? last;
    const answers = await Promise.all(
      silent.map((session) => charging.decide(session.tenantId, givingUp(session, "no report"))),
    );
    const closed = silent.filter((_session, index) => answers[index]?.kind === "closed");
    ended += closed.length;
    for (const [tenantId, ofTenant] of Map.groupBy(closed, (session) => session.tenantId))
      await cutGivenUp(db, { tenantId, sessionIds: ofTenant.map(({ id }) => id) });
    const gone = await db.transaction("ingest", {}, (tx) => forgetSessions(tx, PASS_MAX));
    forgotten += gone;
    if (silent.length < PASS_MAX && gone < PASS_MAX) return { ended, forgotten };
  }
}

/** The end of a call at the moment up to which it was reported, or at which its switch ended it; `why` as its cause. */
export function givingUp(
  { sourceId, key, leg, answeredAt, openedAt, usedS, endedAt, service }: SilentSession,
  why: string,
): Stop {
  if (service !== "voice") return givingUnitsUp({ sourceId, key, leg, openedAt, usedS }, why);
  const endedAfterMs = answeredAt === null || endedAt === null ? 0 : endedAt - answeredAt;
  const reportedMs = usedS * 1_000;
  const talkedMs = Math.max(reportedMs, endedAfterMs);
  return {
    kind: "stop",
    sourceId,
    requestKey: "given up",
    key,
    leg,
    answeredAt,
    endedAt: epochMs((answeredAt ?? openedAt) + talkedMs),
    talkedMs,
    counted: "whole-call",
    reportedS: talkedMs > reportedMs ? null : usedS,
    cause: { q850: null, sip: null, text: why },
    recordKey: null,
    isGivenUp: true,
    attempt: null,
  };
}

/** The same of a session that is no call: it ends now, and no clock tells what was used since its last report. */
const givingUnitsUp = (
  { sourceId, key, leg, openedAt, usedS: used }: Pick<SilentSession, "sourceId" | "key" | "leg" | "openedAt" | "usedS">,
  why: string,
): Stop => ({
  ...{ kind: "stop", sourceId, requestKey: "given up", key, leg, recordKey: null, isGivenUp: true, attempt: null },
  ...{
    answeredAt: openedAt,
    endedAt: fromInstant(now()),
    talkedMs: null,
    used,
    counted: "whole-call",
    reportedS: null,
  },
  cause: { q850: null, sip: null, text: why },
});
