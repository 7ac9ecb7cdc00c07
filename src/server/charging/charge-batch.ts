import { isDeepStrictEqual } from "node:util";
import { NO_UNITS } from "../../core/allowance/bucket-units.ts";
import { type Grant, grantTalk } from "../../core/charging/grant.ts";
import { earlierAnswer, givenUpAt, keepAnswer } from "../../core/charging/session.ts";
import { hasAllSessionsOpen, longestCallS } from "../../core/charging/session-room.ts";
import { invariant } from "../../core/invariant.ts";
import { nanos } from "../../core/money/nanos.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { LockedUnits } from "../allowance/locked-units.ts";
import type { Database } from "../db/database.ts";
import type { BulkTx } from "../db/tx.ts";
import type { OpenedSource } from "../mediation/open-source.ts";
import { postCharges } from "../usage/post-charges.ts";
import type { Authorise, ChargingAnswer, Refusal, Stop, Update } from "./charging-request.ts";
import {
  attemptOf,
  type ChargingBatch,
  isStop,
  type StopWork,
  sessionIdOf,
  type Work,
  wholeTalkedMs,
} from "./charging-work.ts";
import { type AccountHold, lockHolds, saveHolds } from "./hold-store.ts";
import { loadMoney, notEven, ownHold, sessionsLimited, withMoney } from "./level-money.ts";
import { holdUnits, pricesWith, releaseUnits, unitsWanted } from "./level-units.ts";
import { openLevels, type PriceLevel } from "./open-levels.ts";
import type { Session } from "./session.ts";
import { databaseNow, insertSessions, lockSessions, updateSessions } from "./session-store.ts";
import { storeRecords } from "./store-records.ts";
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
  alongside: (tx: BulkTx, answers: readonly ChargingAnswer[]) => Promise<void>,
): Promise<readonly ChargingAnswer[]> {
  return db.urgent("ingest", {}, async (tx) => {
    const named = batch.requests.map((request) => ({ request, id: sessionIdOf(request) }));
    const sessions = await lockSessions(
      tx,
      named.map(({ id }) => id),
    );
    const at = await databaseNow(tx);
    const works = named.map(({ request, id }): Work => ({ request, id, session: sessions.get(id) }));
    for (const work of works) begin(work, batch, at);
    const stops = works.filter(isStop);
    const units = unitsWanted(batch.tenantId, works);
    const posted = await storeRecords(db, tx, { batch, stops, units, at });
    await units.lock(tx);
    const holds = await lockHolds(tx, works.flatMap(accountsOf));
    const ended = works.filter((work) => isStop(work) || isEndedHere(work));
    if (ended.length > 0) {
      for (const { session } of ended) if (session?.state === "open") release(holds, session);
      for (const work of ended) releaseUnits(units, work);
      await saveHolds(tx, holds.values());
      for (const charges of posted.charges) await postCharges(tx, charges);
    }
    for (const [index, stop] of stops.entries()) close(stop, { fate: posted.fates[index], at, batch });
    await grantAll(tx, works, { holds, units, batch, at });
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
}

/** Whether a request ends a session without a record. */
const isEndedHere = ({ session, next }: Work): boolean =>
  session?.state === "open" && next !== undefined && next.state !== "open";

/** Answers what needs no money, and finds who pays for the rest. */
function begin(work: Work, batch: ChargingBatch, at: EpochMs): void {
  const { request, session } = work;
  const earlier = session && earlierAnswer(session.answers, request.requestKey);
  const { told } = request;
  // A caller who uses the key of a call that is over, which may be a Call-ID, gets no second call for its grant.
  const isOver = request.kind === "authorise" && request.isUnnamed === true && session?.state === "closed";
  if (earlier !== undefined && (told === undefined ? !isOver : isDeepStrictEqual(earlier, told))) {
    work.answer = earlier;
    return;
  }
  const { tenantId, policy } = batch;
  if (told !== undefined && settleTold(work, { told, earlier, at, tenantId, rememberS: policy.rememberS })) return;
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
      else if (session?.state === "refused" && request.answeredAt === null && !request.talkedMs)
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
  if (session?.state === "closed") {
    work.answer = { kind: "refused", reason: SESSION_ENDED };
    return;
  }
  const opened = openLevels(deskOf(batch, request.sourceId, at), request.attempt, {
    answeredAt: at,
    capS: batch.policy.longestCallS,
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
    answers: session?.answers ?? [], // of requests that were refused: they stay so
  };
  if (session?.state === "open" && opened.kind === "open" && opened.payer?.accountId !== session.payer?.accountId) {
    // The rules name another payer since: what was held first stays held, of whom it was held, until the call ends.
    const answer: ChargingAnswer = request.told ?? { kind: "refused", reason: SESSION_ENDED };
    work.answer = answer;
    work.next = { ...session, answers: keepAnswer(session.answers, { key: request.requestKey, answer }) };
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
  const answeredAt = session.answeredAt ?? request.answeredAt;
  const { recordKey, handle, called = session.attempt.called } = request;
  const attempt = { ...session.attempt, called, ...(recordKey !== null && { recordKey }), ...(handle && { handle }) };
  const opened = openLevels(deskOf(batch, request.sourceId, at), attempt, {
    answeredAt: answeredAt ?? at,
    capS: batch.policy.longestCallS,
  });
  // Reports may overtake each other: a session never goes back.
  const isCounted = earlierAnswer(session.answers, request.requestKey) !== undefined; // and is told otherwise now
  const usedS = isCounted ? session.usedS : Math.max(session.usedS, Math.ceil(wholeTalkedMs(request, session) / 1_000));
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
  work.next = { ...session, answers: keepAnswer(session.answers, { key: work.request.requestKey, answer }) };
}

/** A session that has been heard of meanwhile stays; one that never talked leaves no record. */
function beginGivingUp(work: Work, { talkedMs, isGone = false }: Stop, batch: ChargingBatch, at: EpochMs): void {
  const { session } = work;
  if (session?.state !== "open" || (session.expiresAt > at && !isGone)) work.answer = { kind: "unknown" };
  else if (session.answeredAt === null || talkedMs === 0) {
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

interface Moment {
  readonly batch: ChargingBatch;
  readonly at: EpochMs;
}

/** A new session stays closed; one under way keeps what it holds and was granted, and ends there. */
function refuse(work: Work, session: Session, reason: Refusal, { batch, at }: Moment): void {
  const answer: ChargingAnswer = work.request.told ?? { kind: "refused", reason };
  const answers = keepAnswer(session.answers, { key: work.request.requestKey, answer });
  work.answer = answer;
  work.next =
    work.session?.state === "open"
      ? { ...session, answers }
      : { ...session, state: "refused", expiresAt: epochMs(at + batch.policy.rememberS * 1_000), answers };
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

/** Gives back all that a session holds. */
function release(holds: ReadonlyMap<string, AccountHold>, session: Session): void {
  for (const { accountId, amount } of session.holds) {
    const hold = holds.get(accountId);
    invariant(hold, `the hold of account ${accountId} is locked before it is released`);
    hold.held = nanos(hold.held - amount);
    hold.openSessions -= 1;
  }
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
    answeredAt: request.answeredAt ?? before.answeredAt,
    usedS: Math.max(before.usedS, Math.ceil(wholeTalkedMs(request, session) / 1_000)),
    expiresAt: epochMs(at + batch.policy.rememberS * 1_000),
    answers: keepAnswer(before.answers, { key: request.requestKey, answer }),
  };
}

/** What sessions hold, in money and of allowances, while both are locked. */
interface Held {
  readonly holds: ReadonlyMap<string, AccountHold>;
  readonly units: LockedUnits;
}

/** Decides every grant of the batch in the order in which they were asked for. */
async function grantAll(tx: BulkTx, works: readonly Work[], { holds, units, batch, at }: Moment & Held): Promise<void> {
  const accounts = new Map(works.flatMap(({ levels }) => (levels ?? []).map(({ account }) => [account.id, account])));
  const money = { holds, ...(await loadMoney(tx, [...accounts.values()], at)) };
  const priced = await pricesWith(tx, units, works);
  for (const work of works) {
    const { levels, next, request } = work;
    if (levels === undefined || next === undefined || request.kind === "stop") continue;
    const { told } = request;
    const isNew = work.session?.state !== "open" && told === undefined;
    const isFull = ({ account, accountId }: PriceLevel) =>
      hasAllSessionsOpen(account.limits, holds.get(accountId)?.openSessions ?? 0);
    const full = isNew ? levels.find(isFull) : undefined;
    if (full !== undefined) {
      refuse(work, next, sessionsLimited(full.account), { batch, at });
      continue;
    }
    const funded = levels.map((level) => withMoney(priced(level, work), next, money));
    const { usedS } = next;
    const wantedS = request.wantedS === "granted" ? Math.max(0, next.grantedS - usedS) : request.wantedS;
    const limits = levels.map(({ account }) => account.limits);
    const capS = next.cutAt === null ? longestCallS(limits, batch.policy.longestCallS) : usedS;
    // What was told is held for as far as the money goes, and stands beyond it.
    const asked = told?.kind === "granted" ? { usedS: Math.max(usedS, told.talkS), wantedS: 0, capS } : null;
    const grant = grantTalk(funded, asked ?? { usedS, wantedS, capS });
    if (request.kind === "authorise" && grant.talkS === 0 && request.wantedS !== 0)
      refuse(work, next, notEven(funded, grant), { batch, at });
    else if (isQuote(work)) work.answer = grantedAnswer(next, grant);
    else take(work, next, { grant, levels: funded, holds, units, batch, at });
  }
}

const isQuote = ({ request }: Work): boolean => request.kind === "authorise" && request.isQuote === true;

const grantedAnswer = ({ usedS }: Session, { talkS, limitedBy }: Grant): ChargingAnswer => ({
  kind: "granted",
  talkS,
  usedS,
  isLast: limitedBy !== "wanted",
  limitedBy,
});

/** Holds what a grant costs in place of what the session held before. */
function take(
  work: Work,
  session: Session,
  {
    grant,
    levels,
    holds,
    units,
    batch,
    at,
  }: Moment & Held & { readonly grant: Grant; readonly levels: readonly PriceLevel[] },
): void {
  const isNew = work.session?.state !== "open";
  const taken = levels.map(({ accountId, unitsOf: unitsBy }, index) => {
    const amount = grant.holds[index];
    const hold = holds.get(accountId);
    invariant(hold && amount !== undefined, "a grant has a hold for every level");
    hold.held = nanos(hold.held + amount - ownHold(session, accountId));
    if (isNew) hold.openSessions += 1;
    return { accountId, amount, units: unitsBy?.(grant.talkS) ?? NO_UNITS };
  });
  holdUnits(units, work, { ...session, holds: taken });
  const answer = work.request.told ?? grantedAnswer(session, grant);
  const granted: Session = {
    ...session,
    state: "open",
    holds: taken,
    grantedS: grant.talkS,
    answers: keepAnswer(session.answers, { key: work.request.requestKey, answer }),
  };
  work.answer = answer;
  work.next = { ...granted, expiresAt: givenUpAt(at, granted, batch.policy) };
}

export const SESSION_ENDED: Refusal = {
  code: "session-ended",
  what: "This session has ended, or is of another payer now.",
  fix: "End the call; a new one has a key of its own.",
};
