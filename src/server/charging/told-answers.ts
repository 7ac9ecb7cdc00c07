import { keepAnswer } from "../../core/charging/session.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { answered } from "./answered.ts";
import type { ChargingAnswer } from "./charging-request.ts";
import type { Work } from "./charging-work.ts";
import type { Session } from "./session.ts";

interface Told {
  readonly told: ChargingAnswer;
  /** What was decided of the request all the same, after its switch had been told otherwise. */
  readonly earlier: ChargingAnswer | undefined;
  readonly at: EpochMs;
  readonly tenantId: string;
  readonly rememberS: number;
}

/**
 * Makes what a switch was told stand where nothing is left to decide; false: the request is decided, up to what was
 * told. A call that was refused to its switch ends, if it was opened meanwhile, unless the switch was granted it by
 * another request.
 */
export function settleTold(work: Work, { told, earlier, at, tenantId, rememberS }: Told): boolean {
  const { request, session } = work;
  const ends = epochMs(at + rememberS * 1_000);
  if (request.kind === "authorise" && told.kind === "refused") {
    work.next =
      session === undefined
        ? {
            ...NOTHING_KNOWN,
            id: work.id,
            tenantId,
            sourceId: request.sourceId,
            attempt: request.attempt,
            openedAt: at,
            expiresAt: ends,
          }
        : isUnheardOf(session, request.requestKey)
          ? { ...session, state: "refused", holds: [], expiresAt: ends }
          : session;
  } else if (session === undefined) return false;
  else if (request.kind === "authorise") {
    // A call of its own, under the name of one that is over: its switch has let it begin, and it is not lost.
    const isAnother = earlier === undefined || request.isUnnamed === true;
    if (session.state !== "closed" || isAnother) return false;
    work.next = session;
  } else {
    if (earlier === undefined || (request.kind === "update" && told.kind === "granted" && session.state === "open"))
      return false;
    work.next = session;
  }
  const { next } = work;
  work.next = { ...next, answers: keepAnswer(next.answers, answered(request, told)) };
  work.answer = told;
  return true;
}

const NOTHING_KNOWN: Omit<Session, "id" | "tenantId" | "sourceId" | "attempt" | "openedAt" | "expiresAt"> = {
  state: "refused",
  payer: null,
  holds: [],
  answeredAt: null,
  usedS: 0,
  grantedS: 0,
  cutAt: null,
  answers: [],
};

/** Whether the only one that could have begun a call is a request of that key. */
const isUnheardOf = ({ state, answeredAt, usedS, answers }: Session, requestKey: string): boolean =>
  state === "open" &&
  answeredAt === null &&
  usedS === 0 &&
  answers.every(({ key, answer }) => key === requestKey || answer.kind !== "granted");
