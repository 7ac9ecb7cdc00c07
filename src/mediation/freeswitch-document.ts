import type { Reject } from "../core/reject.ts";
import { type EpochMs, epochMs } from "../core/time/epoch.ts";
import type { ReleaseCause, SwitchCall } from "../core/usage/switch-call.ts";
import type { RowOutcome } from "./decoder.ts";
import { FREESWITCH_Q850 } from "./freeswitch-causes.ts";
import { checkCall, type SanitySettings } from "./sanity.ts";
import { parseDuration, wholeNumber } from "./text/duration-text.ts";

/** What one document is: a call that can be true, or why not. */
export function decodeFreeswitchDocument(document: unknown, sanity: SanitySettings): RowOutcome {
  const call = readDocument(document);
  if ("code" in call) return { kind: "reject", reject: call };
  const reject = checkCall(call, sanity);
  return reject ? { kind: "reject", reject } : { kind: "call", call };
}

/**
 * One leg of a call as mod_json_cdr documents it (and mod_xml_cdr, put into the same shape); a reject when the document
 * is none, or lacks a time.
 *
 * The leg's uuid is its identity, as in mod_cdr_csv, so that a leg that both modules report is stored once. A leg that
 * another leg made (it names its originator) is the callee's: `terminating`. Values are URL-encoded by default.
 * Source: docs/guides/freeswitch.md; vectors: test/vectors/cdr/freeswitch-json/ and …-xml/.
 */
function readDocument(document: unknown): SwitchCall | Reject {
  const variables = propertyOf(document, "variables");
  if (typeof variables !== "object" || variables === null) return noVariables();
  const value = (name: string) => textOf(variables, name);
  // Transfers put the newest part of the call first: that is where it went. Old versions have one part, and no list.
  const callflow = propertyOf(document, "callflow");
  const profile = propertyOf(propertyOf(callflow, "0") ?? callflow, "caller_profile");
  const startedAt = timeOf(value, "start");
  if (startedAt === null) return timeMissing("start");
  const endedAt = timeOf(value, "end");
  if (endedAt === null) return timeMissing("end");
  const originator = value("originating_leg_uuid") || value("originator");
  const isOutbound = (value("direction") || textOf(propertyOf(document, "channel_data"), "direction")) === "outbound";
  return {
    key: value("uuid"),
    leg: "",
    callId: value("call_uuid") || originator || value("uuid") || null,
    direction: isOutbound && originator !== "" ? "terminating" : "originating",
    calling: textOf(profile, "caller_id_number") || value("caller_id_number"),
    called: textOf(profile, "destination_number") || value("destination_number"),
    routingNumber: value("lrn") || null,
    startedAt,
    answeredAt: timeOf(value, "answer"),
    endedAt,
    talkedMs: talkedMsOf(value),
    reportedS: wholeNumber(value("billsec")) ?? null,
    accountCode: value("accountcode") || null,
    sipUser: value("sip_auth_username") || value("user_name") || null,
    sourceAddress: textOf(profile, "network_addr") || value("sip_received_ip") || value("sip_network_ip") || null,
    ingressTrunk: value("sip_gateway") || null,
    egressTrunk: value("sip_gateway_name") || null,
    cause: causeOf(value),
    part: null,
  };
}

/** Text of a channel variable, "" when it is not set. */
type Value = (name: string) => string;

/** Microseconds since 1970, or whole seconds from an older version; "0" is never. */
function timeOf(value: Value, event: "start" | "answer" | "end"): EpochMs | null {
  const micros = wholeNumber(value(`${event}_uepoch`));
  if (micros !== undefined) return micros === 0 ? null : epochMs(Math.floor(micros / 1_000));
  const seconds = wholeNumber(value(`${event}_epoch`));
  return seconds ? epochMs(seconds * 1_000) : null;
}

/** Milliseconds first: FreeSWITCH makes them of the same readings as the times, which are cut to milliseconds here. */
const talkedMsOf = (value: Value): number =>
  parseDuration(value("billmsec"), "ms") ??
  parseDuration(value("billusec"), "us") ??
  parseDuration(value("billsec"), "s") ??
  0;

function causeOf(value: Value): ReleaseCause {
  const text = value("hangup_cause") || null;
  const q850 = wholeNumber(value("hangup_cause_q850")) ?? (text === null ? undefined : FREESWITCH_Q850[text]);
  const sip = /^(?:sip:)?([1-6]\d\d)$/.exec(value("sip_term_status") || value("proto_specific_hangup_cause"))?.[1];
  return { q850: q850 ?? null, sip: sip === undefined ? null : Number(sip), text };
}

function textOf(container: unknown, name: string): string {
  const value = propertyOf(container, name);
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? urlDecoded(value) : "";
}

/** Own properties only: the document comes from outside. */
const propertyOf = (container: unknown, name: string): unknown =>
  typeof container === "object" && container !== null && Object.hasOwn(container, name)
    ? (container as Record<string, unknown>)[name]
    : undefined;

/** Values that are not URL-encoded may hold a "%" of their own: then they stand as they are. */
function urlDecoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const noVariables = (): Reject => ({
  code: "value-invalid",
  what: 'The document has no "variables": it is no call record of FreeSWITCH.',
  fix: "Choose another format for this source, or map the document's own fields.",
});

const timeMissing = (event: "start" | "end"): Reject => ({
  code: "time-missing",
  what: `The record has neither ${event}_uepoch nor ${event}_epoch.`,
  fix: "Enter the time and retry the record.",
});
