import { isDeepStrictEqual } from "node:util";
import { earlierAnswer, isForgotten, keepAnswer } from "../../core/charging/session.ts";
import { invariant } from "../../core/invariant.ts";
import type { Nanos } from "../../core/money/nanos.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import type { OpenedSource } from "../mediation/open-source.ts";
import { postCharges } from "../usage/post-charges.ts";
import { answered } from "./answered.ts";
import type { Authorise, ChargingAnswer, Refusal, Stop, Update } from "./charging-request.ts";
import {
  answeredAtBy,
  attemptOf,
  type ChargingBatch,
  countsOtherwise,
  isStop,
  longestOf,
  type StopWork,
  tellsOfUse,
  usedBy,
  type Work,
} from "./charging-work.ts";
import { grantAll, isQuote, type Moment, refuse } from "./grant-batch.ts";
import { type AccountHold, lockHolds, saveHolds } from "./hold-store.ts";
import { releaseUnits, unitsWanted } from "./level-units.ts";
import { openLevels } from "./open-levels.ts";
import { releaseHolds } from "./release-holds.ts";
import type { Session } from "./session.ts";
import { databaseNow, insertSessions, lockSessions, updateSessions } from "./session-store.ts";
import { spentSums } from "./spent-sums.ts";
import { type StoredRecords, storeRecords } from "./store-records.ts";
import { settleTold } from "./told-answers.ts";

/**
 * Decides requests of one tenant in one transaction, commits, and only then answers: one answer a request, in order.
 * `alongside` is the last thing before the commit.
 * Locks are taken in the order of sessions, identities, pools' months, holds of allowances, holds of money, books, by
 * every process, so that no two can wait for each other.
 */
export async function chargeBatch(
  db: Database,
  batch: ChargingBatch,
  alongside: (tx: Tx, answers: readonly ChargingAnswer[]) => Promise<void>,
): Promise<readonly ChargingAnswer[]> {
  const sums = spentSums(db);
  const decided = await db.urgent("ingest", {}, async (tx) => {
    const sessions = await lockSessions(
      tx,
      batch.requests.map(({ id }) => id),
    );
    const at = await databaseNow(tx);
    const works = batch.requests.map(({ request, id }): Work => ({ request, id, session: sessions.get(id) }));
    for (const work of works) begin(work, batch, at);
    const stops = works.filter(isStop);
    const units = unitsWanted(batch.tenantId, works);
    const posted = await storeRecords(db, tx, { batch, stops, units, at });
    await units.lock(tx);
    const holds = await lockHolds(tx, works.flatMap(accountsOf));
    const ended = works.filter((work) => isStop(work) || isEndedHere(work));
    if (ended.length > 0) {
      const charged = new Set<Work>(stops.filter((_, index) => isCharged(posted.fates[index])));
      const released = releaseEnded(holds, ended, charged);
      for (const work of ended) releaseUnits(units, work);
      await saveHolds(tx, holds.values());
      for (const { sourceId, ...charges } of posted.charges)
        await postCharges(tx, { ...charges, released: released.get(sourceId) ?? new Map() });
    }
    for (const [index, stop] of stops.entries()) close(stop, { fate: posted.fates[index], at, batch });
    await grantAll(tx, works, { holds, units, sums, batch, at });
    for (const work of works) if (isQuote(work)) delete work.next;
    await saveHolds(tx, holds.values());
    await units.save(tx);
    await insertSessions(
      tx,
      works.flatMap(({ session, next }) => (next === undefined || session !== undefined ? [] : [next])),
    );
    await updateSessions(
      tx,
      works.flatMap(({ session, next }) => (next === undefined || session === undefined ? [] : [next])),
    );
    const answers = works.map(({ answer, request }) => {
      invariant(answer, `a ${request.kind} has an answer`);
      return answer;
    });
    await alongside(tx, answers);
    return answers;
  });
  sums.keep();
  return decided;
}

/** Whether a request ends a session without a record. */
const isEndedHere = ({ session, next }: Work): boolean =>
  session?.state === "open" && next !== undefined && next.state !== "open";

/** Whether the record of an ended session is charged now. */
const isCharged = (fate: StoredRecords["fates"][number] | undefined): boolean =>
  fate === "stored" || fate === "corrected";

/**
 * Gives back what ended sessions hold; answers what those that are charged held, by source and account: a charge may
 * draw that, and nothing that another's session gave back.
 */
function releaseEnded(
  holds: ReadonlyMap<string, AccountHold>,
  ended: readonly Work[],
  charged: ReadonlySet<Work>,
): ReadonlyMap<string | undefined, ReadonlyMap<string, Nanos>> {
  const bySource = Map.groupBy(ended, (work) => (charged.has(work) ? work.request.sourceId : undefined));
  const open = (works: readonly Work[]) => works.flatMap(({ session }) => (session?.state === "open" ? [session] : []));
  return new Map([...bySource].map(([sourceId, works]) => [sourceId, releaseHolds(holds, open(works))]));
}

/** Answers what needs no money, and finds who pays for the rest. */
function begin(work: Work, batch: ChargingBatch, at: EpochMs): void {
  const { request, session } = work;
  const earlier = session && earlierAnswer(session.answers, request.requestKey);
  const { told } = request;
  // A caller who uses the key of a call that is over, which may be a Call-ID, gets no second call for its grant.
  const isOver = request.kind === "authorise" && request.isUnnamed === true && session?.state === "closed";
  if (earlier !== undefined && !isOver && (told === undefined || isDeepStrictEqual(earlier, told))) {
    work.answer = earlier;
    return;
  }
  const { tenantId, policy } = batch;
  if (told !== undefined && settleTold(work, { told, earlier, at, tenantId, rememberS: policy.rememberS })) return;
  if (request.kind !== "authorise" && countsOtherwise(request, session)) {
    work.answer = { kind: "refused", reason: OTHER_UNIT };
    return;
  }
  switch (request.kind) {
    case "authorise":
      beginAuthorise(work, request, batch, at);
      return;
    case "update":
      beginUpdate(work, request, batch, at);
      return;
    case "stop":
      if (session === undefined && request.attempt === null) work.answer = { kind: "unknown" };
      if (request.isGivenUp) beginGivingUp(work, request, batch, at);
      else if (session?.state === "refused" && request.answeredAt === null && !tellsOfUse(request))
        endRefused(work, session);
      return;
    default:
      request satisfies never;
  }
}

function beginAuthorise(work: Work, request: Authorise, batch: ChargingBatch, at: EpochMs): void {
  const { session } = work;
  if (session?.state === "open" && request.told === undefined) {
    // The same call under another request: it is open, on the terms that were granted first.
    work.answer = session.answers.find(({ answer }) => answer.kind === "granted")?.answer ?? { kind: "unknown" };
    return;
  }
  if (session?.state === "closed" && request.told === undefined) {
    work.answer = { kind: "refused", reason: SESSION_ENDED };
    return;
  }
  const opened = openLevels(deskOf(batch, request.sourceId, at), request.attempt, {
    answeredAt: at,
    capS: longestOf(request.attempt, batch.policy),
  });
  const fresh: Session = {
    id: work.id,
    tenantId: batch.tenantId,
    sourceId: request.sourceId,
    state: "open",
    payer: opened.kind === "open" ? opened.payer : null,
    holds: [],
    attempt: request.attempt,
    openedAt: at,
    answeredAt: null,
    usedS: 0,
    grantedS: 0,
    expiresAt: at,
    cutAt: null,
    answers: session?.state === "refused" ? session.answers : [], // of requests that were refused: they stay so
  };
  if (session?.state === "open" && opened.kind === "open" && opened.payer?.accountId !== session.payer?.accountId) {
    // The rules name another payer since: what was held first stays held, of whom it was held, until the call ends.
    const answer: ChargingAnswer = request.told ?? { kind: "refused", reason: SESSION_ENDED };
    work.answer = answer;
    work.next = { ...session, answers: keepAnswer(session.answers, answered(request, answer)) };
    return;
  }
  const openedSession = session?.state === "open" ? session : fresh;
  work.next = openedSession;
  if (opened.kind === "open") work.levels = opened.levels;
  else refuse(work, openedSession, opened.reason, { batch, at });
}

function beginUpdate(work: Work, request: Update, batch: ChargingBatch, at: EpochMs): void {
  const { session } = work;
  if (session === undefined) {
    work.answer = { kind: "unknown" };
    return;
  }
  if (session.state !== "open") {
    work.answer = { kind: "refused", reason: SESSION_ENDED };
    return;
  }
  const answeredAt = session.answeredAt ?? answeredAtBy(request, session.attempt);
  const { recordKey, handle, called = session.attempt.called } = request;
  const attempt = { ...session.attempt, called, ...(recordKey !== null && { recordKey }), ...(handle && { handle }) };
  const opened = openLevels(deskOf(batch, request.sourceId, at), attempt, {
    answeredAt: answeredAt ?? at,
    capS: longestOf(attempt, batch.policy),
  });
  // Reports may overtake each other: a session never goes back.
  const isCounted =
    earlierAnswer(session.answers, request.requestKey) !== undefined || // and is told otherwise now
    (request.counted === "since-last-report" && isForgotten(session.answers, request.number));
  const usedS = isCounted ? session.usedS : Math.max(session.usedS, usedBy(request, session));
  const next: Session = { ...session, attempt, answeredAt, usedS };
  work.next = next;
  if (opened.kind === "open" && opened.payer?.accountId === session.payer?.accountId) work.levels = opened.levels;
  else {
    const stays = { ...next, attempt: { ...attempt, called: session.attempt.called } }; // it does not go there
    refuse(work, stays, opened.kind === "refused" ? opened.reason : SESSION_ENDED, { batch, at });
  }
}

/** Some switches tell of the end of what was never let begin: that is no call, and leaves no record. */
function endRefused(work: Work, session: Session): void {
  const answer: ChargingAnswer = work.request.told ?? { kind: "closed", fate: "non-billable" };
  work.answer = answer;
  work.next = { ...session, answers: keepAnswer(session.answers, answered(work.request, answer)) };
}

/** A session that has been heard of meanwhile stays; one that never talked leaves no record. */
function beginGivingUp(work: Work, request: Stop, batch: ChargingBatch, at: EpochMs): void {
  const { session } = work;
  if (session?.state !== "open" || (session.expiresAt > at && request.isGone !== true))
    work.answer = { kind: "unknown" };
  else if (session.answeredAt === null || !tellsOfUse(request)) {
    work.answer = { kind: "closed", fate: "non-billable" };
    work.next = { ...session, state: "closed", holds: [], expiresAt: epochMs(at + batch.policy.rememberS * 1_000) };
  }
}

/** The source's desk, for calls of this moment. */
function deskOf({ sources }: ChargingBatch, sourceId: string, at: EpochMs): OpenedSource["desk"] {
  const charged = sources.get(sourceId);
  invariant(charged, `source ${sourceId} is opened before its sessions are charged`);
  const { desk } = charged.opened;
  return { ...desk, sanity: { ...desk.sanity, receivedAt: at } };
}

/** Accounts whose holds this request reads or changes. */
function accountsOf({ session, levels, next, request }: Work) {
  const bookId = session?.payer?.bookId ?? next?.payer?.bookId;
  if (bookId === undefined) return [];
  const tenantId = session?.tenantId ?? next?.tenantId ?? "";
  const ofLevels = levels?.map(({ accountId }) => accountId) ?? [];
  const ofSession =
    request.kind === "authorise" && request.told === undefined
      ? []
      : (session?.holds.map(({ accountId }) => accountId) ?? []);
  return [...ofLevels, ...ofSession].map((accountId) => ({ tenantId, bookId, accountId }));
}

type Fate = Extract<ChargingAnswer, { readonly kind: "closed" }>["fate"];

function close(stop: StopWork, { fate, at, batch }: Moment & { readonly fate: Fate | undefined }): void {
  invariant(fate, "a record that is stored has a fate");
  const { request, session, id } = stop;
  const answer: ChargingAnswer = request.told ?? { kind: "closed", fate };
  const before: Session = session ?? {
    id,
    tenantId: batch.tenantId,
    sourceId: request.sourceId,
    state: "closed",
    payer: null,
    holds: [],
    attempt: attemptOf(stop),
    openedAt: at,
    answeredAt: null,
    usedS: 0,
    grantedS: 0,
    expiresAt: at,
    cutAt: null,
    answers: [],
  };
  stop.answer = answer;
  stop.next = {
    ...before,
    state: "closed",
    holds: [],
    answeredAt: answeredAtBy(request, before.attempt) ?? before.answeredAt,
    usedS: Math.max(before.usedS, usedBy(request, session)),
    expiresAt: epochMs(at + batch.policy.rememberS * 1_000),
    answers: keepAnswer(before.answers, answered(request, answer)),
  };
}

const OTHER_UNIT: Refusal = {
  code: "unit-differs",
  what: "The session counts another unit than this report: calls tell talkedMs, messages and data what is used.",
  fix: "Report what the session was begun with; a session of another service has a key or a leg of its own.",
};

export const SESSION_ENDED: Refusal = {
  code: "session-ended",
  what: "This session has ended, or is of another payer now.",
  fix: "End the call; a new one has a key of its own.",
};
