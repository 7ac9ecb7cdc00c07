import type { CallDirection, ReleaseCause } from "../../core/usage/switch-call.ts";
import type { EslEvent } from "./event.ts";

/** A channel as an event shows it, in the words of a call record, so that both name a call alike. */
export interface EslChannel {
  /** What the channel is known by everywhere: in commands, in other events, in its call record. */
  readonly uuid: string;
  /** Links the legs of one call. */
  readonly callId: string;
  /** The channel that it is bridged or about to be bridged to. */
  readonly otherUuid: string | null;
  readonly sipCallId: string | null;
  /** "terminating": the leg towards the callee, which another channel originated. */
  readonly direction: CallDirection;
  readonly calling: string;
  readonly called: string;
  readonly context: string | null;
  readonly accountCode: string | null;
  readonly sipUser: string | null;
  readonly sourceAddress: string | null;
  readonly ingressTrunk: string | null;
  readonly egressTrunk: string | null;
  /** Microseconds since 1970, as are the next two. */
  readonly createdAtUs: number | null;
  /** null: not answered. */
  readonly answeredAtUs: number | null;
  readonly endedAtUs: number | null;
  /** When FreeSWITCH raised the event, in microseconds since 1970. */
  readonly raisedAtUs: number | null;
}

/** Events of a channel's life before its end. */
const CHANNEL_EVENTS = {
  CHANNEL_DATA: "channel-offered",
  CHANNEL_CREATE: "channel-created",
  CHANNEL_PARK: "channel-parked",
  CHANNEL_ANSWER: "channel-answered",
  CHANNEL_BRIDGE: "channel-bridged",
  SESSION_HEARTBEAT: "channel-heartbeat",
} as const;

/** What charging needs of FreeSWITCH's events. */
export type SwitchEvent =
  | { readonly kind: (typeof CHANNEL_EVENTS)[keyof typeof CHANNEL_EVENTS]; readonly channel: EslChannel }
  | {
      readonly kind: "channel-ended";
      readonly channel: EslChannel;
      /** Talk time as the call record has it; 0 when not answered. */
      readonly talkedMs: number;
      /** Talk time in whole seconds as FreeSWITCH counts it: a second more or less than the truth. */
      readonly reportedS: number | null;
      readonly cause: ReleaseCause;
    }
  /** A command given with `bgapi` is done. */
  | {
      readonly kind: "job-done";
      readonly jobUuid: string;
      readonly command: string;
      readonly isOk: boolean;
      readonly text: string;
    }
  /** FreeSWITCH is alive: every 20 s. */
  | { readonly kind: "switch-heartbeat"; readonly sessions: number | null; readonly upMs: number | null }
  | { readonly kind: "other"; readonly name: string }
  | { readonly kind: "malformed"; readonly reason: string };

/** The names to subscribe to, so that calls are followed from their answer to their end. */
export const CHARGING_EVENTS: readonly string[] = [
  "CHANNEL_ANSWER",
  "SESSION_HEARTBEAT",
  "CHANNEL_HANGUP_COMPLETE",
  "HEARTBEAT",
];

/** Reads what charging needs of an event; an event of a channel that does not say which one is malformed. */
export function readSwitchEvent(event: EslEvent): SwitchEvent {
  if (event.name === "BACKGROUND_JOB") return jobDone(event);
  if (event.name === "HEARTBEAT")
    return {
      kind: "switch-heartbeat",
      sessions: wholeNumber(event.headers.get("Session-Count")),
      upMs: wholeNumber(event.headers.get("Uptime-msec")),
    };
  const isEnd = event.name === "CHANNEL_HANGUP_COMPLETE";
  if (!isEnd && !Object.hasOwn(CHANNEL_EVENTS, event.name)) return { kind: "other", name: event.name };
  const uuid = event.headers.get("Unique-ID") || channelVariable(event, "uuid");
  if (!uuid) return { kind: "malformed", reason: `${event.name} does not say which channel` };
  const channel = channelOf(event, uuid);
  if (isEnd) return channelEnded(event, channel);
  return { kind: CHANNEL_EVENTS[event.name as keyof typeof CHANNEL_EVENTS], channel };
}

/** A variable of the event's channel, whoever set it; null when it is not set or empty. */
export const channelVariable = (event: EslEvent, name: string): string | null =>
  event.headers.get(`variable_${name}`) || null;

function channelOf(event: EslEvent, uuid: string): EslChannel {
  const header = (name: string) => event.headers.get(name) || null;
  const variable = (name: string) => channelVariable(event, name);
  const originator = variable("originating_leg_uuid") ?? variable("originator");
  return {
    uuid,
    callId: variable("call_uuid") ?? header("Channel-Call-UUID") ?? originator ?? uuid,
    otherUuid: header("Other-Leg-Unique-ID") ?? variable("bridge_uuid"),
    sipCallId: variable("sip_call_id"),
    direction: header("Call-Direction") === "outbound" && originator !== null ? "terminating" : "originating",
    calling: header("Caller-Caller-ID-Number") ?? variable("caller_id_number") ?? "",
    called: header("Caller-Destination-Number") ?? variable("destination_number") ?? "",
    context: header("Caller-Context"),
    accountCode: variable("accountcode"),
    sipUser: variable("sip_auth_username") ?? variable("user_name"),
    sourceAddress: header("Caller-Network-Addr") ?? variable("sip_received_ip") ?? variable("sip_network_ip"),
    ingressTrunk: variable("sip_gateway"),
    egressTrunk: variable("sip_gateway_name"),
    createdAtUs: micros(header("Caller-Channel-Created-Time")),
    answeredAtUs: micros(header("Caller-Channel-Answered-Time")) ?? micros(variable("answer_uepoch")),
    endedAtUs: micros(header("Caller-Channel-Hangup-Time")) ?? micros(variable("end_uepoch")),
    raisedAtUs: micros(header("Event-Date-Timestamp")),
  };
}

function channelEnded(event: EslEvent, channel: EslChannel): SwitchEvent {
  return {
    kind: "channel-ended",
    channel,
    talkedMs: talkedMs(event, channel),
    reportedS: wholeNumber(channelVariable(event, "billsec")),
    cause: {
      q850: wholeNumber(channelVariable(event, "hangup_cause_q850")),
      sip: sipStatus(
        channelVariable(event, "sip_term_status") ?? channelVariable(event, "proto_specific_hangup_cause"),
      ),
      text: event.headers.get("Hangup-Cause") || channelVariable(event, "hangup_cause"),
    },
  };
}

/** In the order in which a call record is read, so that both come to one number; else by the times of the channel. */
function talkedMs(event: EslEvent, { answeredAtUs, endedAtUs }: EslChannel): number {
  const ms = wholeNumber(channelVariable(event, "billmsec"));
  if (ms !== null) return ms;
  const us = wholeNumber(channelVariable(event, "billusec"));
  if (us !== null) return Math.floor(us / 1_000);
  if (answeredAtUs === null || endedAtUs === null) return 0;
  return Math.max(0, Math.floor((endedAtUs - answeredAtUs) / 1_000));
}

function jobDone({ headers, body }: EslEvent): SwitchEvent {
  const jobUuid = headers.get("Job-UUID");
  if (!jobUuid) return { kind: "malformed", reason: "BACKGROUND_JOB does not say which job" };
  const isOk = !/^-(ERR|USAGE)\b/.test(body);
  return { kind: "job-done", jobUuid, command: headers.get("Job-Command") ?? "", isOk, text: body };
}

/** "sip:487" or "487". */
function sipStatus(text: string | null): number | null {
  const [, status] = /^(?:sip:)?([1-6]\d\d)$/.exec(text ?? "") ?? [];
  return status === undefined ? null : Number(status);
}

/** Microseconds since 1970; "0" is never. */
const micros = (text: string | null): number | null => wholeNumber(text) || null;

/** Digits only, and no more than a number holds exactly. */
function wholeNumber(text: string | null | undefined): number | null {
  if (!text || !/^\d{1,16}$/.test(text)) return null;
  return Number.isSafeInteger(Number(text)) ? Number(text) : null;
}
