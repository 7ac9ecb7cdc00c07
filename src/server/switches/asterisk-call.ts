import type { EpochMs } from "../../core/time/epoch.ts";
import type { CallAttempt } from "../charging/charging-request.ts";

/** What Asterisk tells of a call before it begins, whichever of its interfaces does. */
export interface AsteriskCall {
  readonly uniqueId: string;
  /** Number of the call record that the call goes into; null: Asterisk writes none. */
  readonly sequence: string | null;
  readonly linkedId: string | null;
  /** `PJSIP/alice-00000001`. */
  readonly channel: string;
  readonly calling: string;
  readonly called: string;
  readonly accountCode: string | null;
  readonly startedAt: EpochMs;
  /** Where the caller's signalling comes from, where the dialplan says it. */
  readonly sourceAddress: string | null;
  /** The endpoint that it leaves through, where that is known. */
  readonly egressTrunk: string | null;
}

/**
 * The call by the names that its record has (src/mediation/asterisk-call.ts): whatever account rules find by one they
 * find by the other, and a record that is imported later is of the same call.
 */
export function attemptOf(call: AsteriskCall): CallAttempt {
  const endpoint = endpointOf(call.channel);
  return {
    key: call.uniqueId,
    leg: call.sequence ?? "",
    callId: call.linkedId ?? call.uniqueId,
    direction: "originating",
    calling: call.calling,
    called: call.called,
    startedAt: call.startedAt,
    accountCode: call.accountCode,
    sipUser: endpoint,
    sourceAddress: call.sourceAddress,
    ingressTrunk: endpoint,
    egressTrunk: call.egressTrunk,
  };
}

/** The endpoint of a channel: "alice" of "PJSIP/alice-00000001". */
function endpointOf(channel: string): string | null {
  const name = channel.slice(channel.indexOf("/") + 1);
  const end = name.lastIndexOf("-");
  return (end < 0 ? name : name.slice(0, end)) || null;
}

const SECONDS_MAX = 86_400;

/** Seconds that a parameter of the dialplan says; undefined: it says something else. */
export function dialplanSeconds<Initial>(
  text: string | null | undefined,
  initial: Initial,
): number | Initial | undefined {
  if (text === null || text === undefined) return initial;
  return /^\d{1,5}$/.test(text) && Number(text) <= SECONDS_MAX ? Number(text) : undefined;
}
