import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { ReleaseCause } from "../../core/usage/switch-call.ts";
import { FREESWITCH_Q850 } from "../../mediation/freeswitch-causes.ts";
import type { EslEvent } from "../../protocol/esl/event.ts";
import { channelVariable, type EslChannel, type SwitchEvent } from "../../protocol/esl/switch-event.ts";
import type { Authorise, CallAttempt, Update } from "../charging/charging-request.ts";

/** The variable of a channel that says that its call is charged: the dialplan sets it before it asks. */
export const CHARGED_VARIABLE = "tollwright";
/** What runs at the answer, beside what a site has in `execute_on_answer` itself: calls that were allowed have it. */
export const LIMIT_VARIABLE = "execute_on_answer_tollwright";
/** Why a call ended that ran out of its grant. */
export const LIMIT_CAUSE = "ALLOTTED_TIMEOUT";

/** What {@link LIMIT_VARIABLE} is for a grant of so many seconds of talk time. */
export const limitOf = (talkS: number): string => `sched_hangup +${talkS} ${LIMIT_CAUSE}`;

/** The seconds of {@link limitOf}; null: it is none. */
export function talkSOf(limit: string | null): number | null {
  const [, seconds] = /^sched_hangup \+(\d{1,7}) /.exec(limit ?? "") ?? [];
  return seconds === undefined ? null : Number(seconds);
}

/** Whether an event is of a channel that pays: the caller's, and marked. */
export const isCharged = (event: EslEvent, { direction }: EslChannel): boolean =>
  direction === "originating" && channelVariable(event, CHARGED_VARIABLE) !== null;

/** Whether its call was allowed before: it asks again because it was transferred. */
export const wasAllowed = (event: EslEvent): boolean => channelVariable(event, LIMIT_VARIABLE) !== null;

/**
 * A channel as its call record tells of it (src/mediation/freeswitch-document.ts), so that both have one identity and
 * one payer.
 */
export function attemptOf(event: EslEvent, channel: EslChannel, at: EpochMs): CallAttempt {
  const { uuid, callId, direction, calling, called, accountCode, sipUser, sourceAddress } = channel;
  const { ingressTrunk, egressTrunk, createdAtUs } = channel;
  return {
    key: uuid,
    leg: "",
    callId,
    direction,
    calling,
    called,
    routingNumber: channelVariable(event, "lrn"),
    startedAt: msOf(createdAtUs) ?? at,
    accountCode,
    sipUser,
    sourceAddress,
    ingressTrunk,
    egressTrunk,
    handle: { way: "event-socket", names: [] },
  };
}

/**
 * Whether a channel's call may begin. It asks under the same key whenever it does, so that processes that hear of it
 * ask once; when its session is over, it is let begin no more.
 */
export const askOf = (
  { event, channel }: { readonly event: EslEvent; readonly channel: EslChannel },
  { sourceId, wantedS }: { readonly sourceId: string; readonly wantedS: number | null },
  at: EpochMs,
): Authorise => ({
  ...{ kind: "authorise", sourceId, requestKey: `ask/${channel.called}`, isUnnamed: true },
  ...{ attempt: attemptOf(event, channel, at), wantedS },
});

/** The report of a channel as it is at an event, or up to `talkedMs`. */
export function reportOf(
  { uuid, answeredAtUs, raisedAtUs }: EslChannel,
  sourceId: string,
  own: Pick<Update, "requestKey" | "wantedS" | "called"> & { readonly talkedMs?: number },
): Update {
  const answeredAt = msOf(answeredAtUs);
  const talkedMs = answeredAt === null ? 0 : Math.max(0, (msOf(raisedAtUs) ?? answeredAt) - answeredAt);
  const named = { kind: "update", sourceId, key: uuid, leg: "" } as const;
  return { ...named, answeredAt, talkedMs, counted: "whole-call", recordKey: null, ...own };
}

/** The cause as a call record has it: FreeSWITCH's word tells the number where there is none. */
export const causeOf = ({ cause }: Extract<SwitchEvent, { readonly kind: "channel-ended" }>): ReleaseCause => ({
  ...cause,
  q850: cause.q850 ?? (cause.text === null ? null : (FREESWITCH_Q850[cause.text] ?? null)),
});

/** Microseconds of FreeSWITCH as milliseconds. */
export const msOf = (micros: number | null): EpochMs | null =>
  micros === null ? null : epochMs(Math.floor(micros / 1_000));
