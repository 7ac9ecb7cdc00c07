import { givenUpAt } from "../../core/charging/session.ts";
import { invariant } from "../../core/invariant.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { OpenedSource } from "../mediation/open-source.ts";
import type { Source } from "../mediation/source.ts";
import { usageIdentity } from "../usage/identity.ts";
import type { CallAttempt, ChargingAnswer, ChargingRequest, Stop } from "./charging-request.ts";
import type { PriceLevel } from "./open-levels.ts";
import type { Session } from "./session.ts";

/** A source whose sessions are charged, with its settings and prices as they are now. */
export interface ChargedSource {
  readonly source: Source;
  readonly opened: OpenedSource;
}

/** What no tariff and no balance decides. */
export interface ChargingPolicy {
  /** The longest call, in seconds. */
  readonly longestCallS: number;
  /** How long a call may ring, and how late a report may be, before a session is given up. */
  readonly ringS: number;
  readonly reportS: number;
  /** How long an ended session is remembered, so that a repeat is answered the same. */
  readonly rememberS: number;
}

export const DEFAULT_POLICY: ChargingPolicy = { longestCallS: 14_400, ringS: 180, reportS: 120, rememberS: 86_400 };

/** How long a grant of messages or octets holds: after so many seconds whoever has it asks again, and else loses it. */
export const UNITS_VALID_S = 3_600;

/** The longest session by no rule of its accounts: seconds of a call, or as many units as can be counted in. */
export const longestOf = ({ consumed }: Pick<CallAttempt, "consumed">, { longestCallS }: ChargingPolicy): number =>
  consumed === undefined ? longestCallS : UNITS_MAX;

/** A petabyte, and far below what a number counts exactly, so that steps beyond it are whole, too. */
const UNITS_MAX = 1_000_000_000_000_000;

/** A request, and the identity of its session. */
export interface NamedRequest {
  readonly request: ChargingRequest;
  readonly id: string;
}

/** Which requests are decided together, for one tenant. */
export interface ChargingBatch {
  readonly tenantId: string;
  readonly sources: ReadonlyMap<string, ChargedSource>;
  readonly policy: ChargingPolicy;
  /** No two of one session. */
  readonly requests: readonly NamedRequest[];
}

/** The identity of a request's session, which is that of the usage record it becomes. */
export function sessionIdOf(request: ChargingRequest): string {
  const { key, leg } = request.kind === "authorise" ? request.attempt : request;
  return uuidText(usageIdentity(request.sourceId, key, leg));
}

/** The identity of the usage record that a request's session becomes: the record may have a key of its own. */
export function recordIdOf({ request, id, session }: Work): string {
  if (request.kind !== "stop") return id;
  const recordKey = request.recordKey ?? (session?.attempt ?? request.attempt)?.recordKey;
  return recordKey === undefined ? id : uuidText(usageIdentity(request.sourceId, recordKey, request.leg));
}

/** A request on its way to its answer. */
export interface Work extends NamedRequest {
  /** As it was found; undefined: there is none. */
  readonly session: Session | undefined;
  answer?: ChargingAnswer;
  /** The session as it will be; undefined: as it was. */
  next?: Session;
  /** Who pays, where a grant is to be decided. */
  levels?: readonly PriceLevel[];
}

/** A stop that leaves a record: not a repeat, and of a call that something is known of. */
export type StopWork = Work & { readonly request: Stop };
export const isStop = (work: Work): work is StopWork => work.answer === undefined && work.request.kind === "stop";

/** What the switch said of the call: when it asked, or with the stop of a call whose start never came. */
export function attemptOf({ session, request }: StopWork): Session["attempt"] {
  const attempt = session?.attempt ?? request.attempt;
  invariant(attempt, "a stop without a session brings the call itself");
  return attempt;
}

/** Talk time of the whole call by a report, in ms; 0 where it does not say. */
export const wholeTalkedMs = (
  { talkedMs, counted }: Pick<Stop, "talkedMs" | "counted">,
  session: Pick<Session, "usedS"> | undefined,
): number => (talkedMs ?? 0) + (counted === "since-last-report" ? (session?.usedS ?? 0) * 1_000 : 0);

/** How far a session has come by a report: in whole seconds of its talk time, or in units of its service. */
export const usedBy = (
  report: Pick<Stop, "talkedMs" | "used" | "counted">,
  session: Pick<Session, "usedS"> | undefined,
): number =>
  report.used === undefined
    ? Math.ceil(wholeTalkedMs(report, session) / 1_000)
    : report.used + (report.counted === "since-last-report" ? (session?.usedS ?? 0) : 0);

/** Whether a report tells of anything that is used. */
export const tellsOfUse = ({ talkedMs, used }: Pick<Stop, "talkedMs" | "used">): boolean => Boolean(used ?? talkedMs);

/** Whether a report tells talk time of a session that counts units of another service, or the other way round. */
export const countsOtherwise = ({ used }: Pick<Stop, "used">, session: Pick<Session, "attempt"> | undefined): boolean =>
  session !== undefined && (used === undefined) !== (session.attempt.consumed === undefined);

/** When a call was answered by a report; what is no call is priced as at its beginning, once something is used. */
export const answeredAtBy = (
  { answeredAt, used }: Pick<Stop, "answeredAt" | "used">,
  { startedAt }: Pick<CallAttempt, "startedAt">,
): EpochMs | null => (used === undefined ? answeredAt : used === 0 ? null : startedAt);

/** When a session is given up of which nothing more is heard: a grant of units holds for the time of its validity. */
export const silentUntil = (session: Session, at: EpochMs, policy: ChargingPolicy): EpochMs =>
  session.attempt.consumed === undefined
    ? givenUpAt(at, session, policy)
    : epochMs(at + (UNITS_VALID_S + policy.reportS) * 1_000);
