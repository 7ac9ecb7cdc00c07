import { grantBlind } from "../../core/charging/blind-grant.ts";
import { longestCallS } from "../../core/charging/session-room.ts";
import { invariant } from "../../core/invariant.ts";
import { type Nanos, nanos, nanosToSql } from "../../core/money/nanos.ts";
import { type AwayPolicy, riskAmountOf } from "../../core/tenancy/away-policy.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { SESSION_ENDED } from "../charging/charge-batch.ts";
import type {
  Authorise,
  CallAttempt,
  ChargingAnswer,
  ChargingRequest,
  Refusal,
  Stop,
  Update,
} from "../charging/charging-request.ts";
import type { ChargedSource, ChargingPolicy } from "../charging/charging-work.ts";
import { blocked } from "../charging/level-limits.ts";
import { type OpenedLevels, openLevels } from "../charging/open-levels.ts";
import type { JournalEntry, Risk } from "./journal-entry.ts";
import type { KnownCall } from "./known-calls.ts";

/** All that is known without the database. */
export interface InMemory {
  /** The request's source as it was read last; undefined: it never was. */
  readonly charged: ChargedSource | undefined;
  /** Whether a call is an emergency call, where nothing else is known of the source. */
  readonly isEmergency: (attempt: CallAttempt) => boolean;
  readonly call: KnownCall | undefined;
  /** A call of that name is over. */
  readonly hasEnded: boolean;
  readonly riskOf: (accountId: string) => Nanos;
  readonly policy: ChargingPolicy;
  /** How many share what may be risked: each has its part of it. */
  readonly processes: number;
  readonly at: EpochMs;
}

/** What a switch is told while the database is away, and what is to be decided of it later. */
export type BlindDecision = Omit<JournalEntry, "at">;

/** Answers a request by the policy of its trunk or source: nothing is looked up, and no money is known. */
export function decideBlindly(request: ChargingRequest, known: InMemory): BlindDecision {
  switch (request.kind) {
    case "authorise":
      return begin(request, known);
    case "update":
      return goOn(request, known);
    case "stop":
      return end(request);
    default:
      return request satisfies never;
  }
}

function begin(request: Authorise, known: InMemory): BlindDecision {
  const { attempt, wantedS } = request;
  const refusal = known.hasEnded ? SESSION_ENDED : request.isQuote === true ? AWAY : null;
  const granted = refusal ?? grantTo(attempt, { usedS: 0, wantedS, toldS: 0, heldS: 0 }, known);
  const answer: ChargingAnswer =
    "code" in granted
      ? { kind: "refused", reason: granted }
      : { kind: "granted", talkS: granted.talkS, usedS: 0, isLast: false, limitedBy: "wanted" };
  return { request: { ...request, told: answer }, answer, risks: "code" in granted ? [] : granted.risks };
}

/** A call that is up keeps what it was told, and gets more if the policy grants. */
function goOn(request: Update, known: InMemory): BlindDecision {
  const { call } = known;
  const wantsMore = request.wantedS !== "granted" && request.wantedS !== 0;
  const reportedS = request.used ?? Math.ceil(request.talkedMs / 1_000);
  if (call === undefined) {
    const usedS = reportedS;
    const answer: ChargingAnswer = wantsMore
      ? { kind: "refused", reason: AWAY }
      : { kind: "granted", talkS: usedS, usedS, isLast: false, limitedBy: "wanted" };
    const later: Update = { ...request, wantedS: "granted" };
    return { request: wantsMore ? { ...later, told: answer } : later, answer, risks: [] };
  }
  const usedS = request.counted === "whole-call" ? Math.max(call.usedS, reportedS) : call.usedS + reportedS;
  const attempt = { ...call.attempt, ...(request.called !== undefined && { called: request.called }) };
  const { heldS, toldS } = call;
  const granted = wantsMore ? grantTo(attempt, { usedS, wantedS: request.wantedS, toldS, heldS }, known) : AWAY;
  const { talkS, risks } = "code" in granted ? { talkS: toldS, risks: [] } : granted;
  const answer: ChargingAnswer = {
    ...{ kind: "granted", talkS: Math.max(talkS, usedS), usedS, isLast: false, limitedBy: "wanted" },
  };
  const later: Update = { ...request, wantedS: "granted" };
  return { request: wantsMore ? { ...later, told: answer } : later, answer, risks };
}

function end(request: Stop): BlindDecision {
  const answer: ChargingAnswer = { kind: "closed", fate: "journalled" };
  return { request: { ...request, told: answer }, answer, risks: [] };
}

interface Asked {
  readonly usedS: number;
  readonly wantedS: number | null;
  readonly toldS: number;
  readonly heldS: number;
}

/** How far a call may talk by its policy, or why it may not. An emergency call passes, whatever the policy. */
function grantTo(
  attempt: CallAttempt,
  asked: Asked,
  { charged, isEmergency, riskOf, policy: { longestCallS: longestS }, processes, at }: InMemory,
): { readonly talkS: number; readonly risks: readonly Risk[] } | Refusal {
  if (attempt.consumed !== undefined) return AWAY; // policies risk talk time alone
  const { toldS, usedS, wantedS } = asked;
  const free = { talkS: Math.max(toldS, Math.min(longestS, usedS + (wantedS ?? longestS))), risks: [] };
  if (charged === undefined) return isEmergency(attempt) ? free : AWAY;
  const opened = openNow(charged, attempt, { at, longestS });
  if (opened.kind === "refused") return opened.reason;
  if (opened.payer === null) return free;
  const policy = policyOf(charged, attempt);
  if (policy.kind === "refuse") return AWAY;
  const refusal = blocked(opened.levels);
  if (refusal !== undefined) return refusal;
  const levels = opened.levels.map((level) => ({ ...level, risked: riskOf(level.accountId) }));
  const capS = longestCallS(
    levels.flatMap(({ scopes }) => scopes.map(({ limits }) => limits)),
    longestS,
  );
  const riskMax = riskAmountOf(policy.riskAmount);
  invariant(riskMax !== undefined, "a policy's amount was checked when it was applied");
  const terms = { secondsMax: policy.seconds, riskMax: nanos(riskMax / BigInt(processes)) };
  const { talkS, risks } = grantBlind(levels, { ...asked, capS }, terms);
  if (talkS === 0 && wantedS !== 0) return AWAY;
  return {
    talkS,
    risks: levels.flatMap(({ accountId }, index) => {
      const risk = risks[index];
      return risk === undefined || risk === 0n ? [] : [{ accountId, amount: nanosToSql(risk) }];
    }),
  };
}

function openNow(
  { opened: { desk } }: ChargedSource,
  attempt: CallAttempt,
  { at, longestS }: { readonly at: EpochMs; readonly longestS: number },
): OpenedLevels {
  const now = { ...desk, sanity: { ...desk.sanity, receivedAt: at } };
  return openLevels(now, attempt, { answeredAt: at, capS: longestS });
}

/** Whether a call is an emergency call, which no policy and no load keeps up. */
export function passesAlways(
  charged: ChargedSource,
  attempt: CallAttempt,
  { at, longestS }: { readonly at: EpochMs; readonly longestS: number },
): boolean {
  const opened = openNow(charged, attempt, { at, longestS });
  return opened.kind === "open" && opened.payer === null;
}

/** The policy of the trunk that the call came in through, else of its source; a source's own trunk goes first. */
export function policyOf({ source, opened }: ChargedSource, { ingressTrunk }: CallAttempt): AwayPolicy {
  const trunks = opened.desk.rating.trunks.filter(
    ({ name, direction, sourceId }) =>
      name === ingressTrunk && direction === "ingress" && (sourceId === null || sourceId === source.id),
  );
  const trunk = trunks.find(({ sourceId }) => sourceId !== null) ?? trunks[0];
  return trunk?.whenDatabaseAway ?? source.config.whenDatabaseAway;
}

const AWAY: Refusal = {
  code: "database-away",
  what: "The database is away, and what this call may cost cannot be risked without it.",
  fix: 'Bring the database back; "whenDatabaseAway" of the source or the trunk says what is risked meanwhile.',
};
