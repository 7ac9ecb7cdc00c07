import type { Actor } from "../access/actor.ts";
import { type AuditEntry, recordAudit } from "../audit/record-audit.ts";
import type { ChargingLane } from "../charging/charging-lane.ts";
import type { CallAttempt, ChargingAnswer, ChargingRequest } from "../charging/charging-request.ts";
import type { Database } from "../db/database.ts";
import { isDatabaseAway } from "../db/database-failure.ts";
import {
  type DeadLetter,
  type DeadLetterFilter,
  keepDeadLetter,
  listDeadLetters,
  settleDeadLetter,
} from "./dead-letter-store.ts";
import { deadLetterUnknown } from "./problems.ts";

export type { DeadLetter };

/** What an operator knows of a call whose switch told of its end alone. */
export type KnownOfCall = Pick<CallAttempt, "calling" | "called" | "accountCode" | "sipUser">;

/** Why a letter waits on. */
export const UNKNOWN_CALL = "No session of this name is known, and the report of its end does not say who called whom.";

/** Requests of outages that could not be decided afterwards: those that wait for somebody, or all. */
export const findDeadLetters = (db: Database, filter: DeadLetterFilter): Promise<readonly DeadLetter[]> =>
  db.transaction("app", { tenantId: filter.tenantId }, (tx) => listDeadLetters(tx, filter));

/** Errors: Problem `dead-letter-unknown`. */
export async function findDeadLetter(
  db: Database,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
): Promise<DeadLetter> {
  const [letter] = isUuid(id) ? await findDeadLetters(db, { tenantId, id, isAll: true, limit: 1 }) : [];
  if (letter === undefined) throw deadLetterUnknown({ id });
  return letter;
}

/** Gives a letter up: it is decided never, and kept with who said so and why. Errors: Problem `dead-letter-unknown`. */
export async function discardDeadLetter(
  db: Database,
  { id, actor, why }: { readonly id: string; readonly actor: Actor; readonly why: string },
): Promise<void> {
  const own = { tenantId: actor.tenantId, id, by: actor.name, outcome: "discarded", why } as const;
  const isSettled =
    isUuid(id) &&
    (await db.transaction("ingest", {}, async (tx) => {
      const isOurs = await settleDeadLetter(tx, own);
      if (isOurs) await recordAudit(tx, actor, [entryOf(id, "discarded", why)]);
      return isOurs;
    }));
  if (!isSettled) throw deadLetterUnknown({ id });
}

/** What becomes of letters that are tried again. */
export interface RetriedLetters {
  readonly decided: number;
  /** With why they wait on. */
  readonly waiting: readonly DeadLetter[];
}

/**
 * Has letters decided as the journal would have, each by itself. `call`: who called whom, for ends of calls that do not
 * say it. Errors: those that say that the database is away.
 */
export async function retryDeadLetters(
  db: Database,
  lane: ChargingLane,
  {
    letters,
    call,
    actor,
  }: { readonly letters: readonly DeadLetter[]; readonly call: KnownOfCall | null; readonly actor: Actor },
): Promise<RetriedLetters> {
  const waiting: DeadLetter[] = [];
  for (const letter of letters) {
    const reason = await retry(db, lane, { letter, call, actor });
    if (reason !== null) waiting.push({ ...letter, reason });
  }
  return { decided: letters.length - waiting.length, waiting };
}

/** null: it is decided. */
async function retry(
  db: Database,
  lane: ChargingLane,
  { letter, call, actor }: { readonly letter: DeadLetter; readonly call: KnownOfCall | null; readonly actor: Actor },
): Promise<string | null> {
  const { id, tenantId } = letter;
  const request = call === null ? letter.request : withCall(letter.request, call);
  const decided = { tenantId, id, outcome: "decided", by: actor.name, why: "" } as const;
  try {
    await lane.decideWith([request], async (tx, [answer]) => {
      if (isLost(request, answer)) throw new Undecided(UNKNOWN_CALL);
      if (!(await settleDeadLetter(tx, decided))) throw new Undecided("Somebody else has settled it.");
      await recordAudit(tx, actor, [entryOf(id, "decided", null)]);
    });
    return null;
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    await db.transaction("ingest", {}, (tx) => keepDeadLetter(tx, { tenantId, id, reason }));
    return reason;
  }
}

const entryOf = (id: string, outcome: string, reason: string | null): AuditEntry => ({
  action: `dead-letter.${outcome}`,
  object: { kind: "dead-letter", id, name: id },
  before: null,
  after: { outcome },
  reason,
});

/** Undoes what a letter's transaction has done so far. */
class Undecided extends Error {}

/** The end of a call that does not say who called whom, with that; any other request as it is. */
function withCall(request: ChargingRequest, call: KnownOfCall): ChargingRequest {
  if (request.kind !== "stop" || request.attempt !== null) return request;
  const { key, leg, answeredAt, endedAt } = request;
  const startedAt = answeredAt ?? endedAt;
  const unknown = {
    callId: null,
    direction: "originating",
    sourceAddress: null,
    ingressTrunk: null,
    egressTrunk: null,
  } as const;
  return { ...request, attempt: { key, leg, startedAt, ...unknown, ...call } };
}

/** Whether the end of a call was acknowledged of which nobody knows anything else. */
export const isLost = (request: ChargingRequest, answer: ChargingAnswer | undefined): boolean =>
  request.kind === "stop" && answer?.kind === "unknown" && request.talkedMs !== 0;

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
