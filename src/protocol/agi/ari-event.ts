import {
  asObject,
  type JsonObject,
  listIn,
  objectIn,
  parseJson,
  textIn,
  valueIn,
  wholeNumberIn,
} from "../../core/json-object.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";

/** A channel as Asterisk's REST interface shows it. */
export interface AriChannel {
  /** What the call record knows the channel by (its uniqueid). */
  readonly id: string;
  readonly name: string;
  /** `Down`, `Ring`, `Ringing`, `Up` and others. */
  readonly state: string;
  /** The SIP Call-ID. */
  readonly protocolId: string | null;
  readonly calling: string;
  /** The extension that the channel entered at; "" for a channel that an application made. */
  readonly called: string;
  readonly context: string | null;
  readonly accountCode: string | null;
  readonly createdAt: EpochMs | null;
}

/** What charging needs of the events of ARI. `at` is when Asterisk raised the event. */
export type AriEvent = { readonly at: EpochMs | null } & (
  | { readonly kind: "entered"; readonly channel: AriChannel; readonly args: readonly string[] }
  | { readonly kind: "state-changed" | "left"; readonly channel: AriChannel }
  /** `status` is "" at the beginning, then RINGING, ANSWER, BUSY and others. */
  | { readonly kind: "dialled"; readonly status: string; readonly peer: AriChannel; readonly caller: AriChannel | null }
  | { readonly kind: "hangup-requested"; readonly channel: AriChannel; readonly q850: number | null }
  | {
      readonly kind: "destroyed";
      readonly channel: AriChannel;
      readonly q850: number | null;
      readonly causeText: string | null;
    }
  | {
      readonly kind: "bridge-entered" | "bridge-left";
      readonly channel: AriChannel;
      readonly bridgeId: string;
      readonly channelIds: readonly string[];
    }
  | { readonly kind: "variable-set"; readonly channel: AriChannel; readonly name: string; readonly value: string }
);

/** An event that charging needs, one that it does not, or what is wrong with it. */
export type AriEventOutcome =
  | AriEvent
  /** Another has connected as the same application, and has its events from now on. */
  | { readonly kind: "replaced" }
  | { readonly kind: "other"; readonly type: string }
  | { readonly kind: "malformed"; readonly reason: string };

const KINDS: ReadonlyMap<string, AriEvent["kind"]> = new Map([
  ["StasisStart", "entered"],
  ["StasisEnd", "left"],
  ["ChannelStateChange", "state-changed"],
  ["Dial", "dialled"],
  ["ChannelHangupRequest", "hangup-requested"],
  ["ChannelDestroyed", "destroyed"],
  ["ChannelEnteredBridge", "bridge-entered"],
  ["ChannelLeftBridge", "bridge-left"],
  ["ChannelVarset", "variable-set"],
]);

/** Reads one message of the WebSocket. */
export function readAriEvent(text: string): AriEventOutcome {
  const event = asObject(parseJson(text));
  const type = textIn(event, "type");
  if (event === null || type === null) return { kind: "malformed", reason: "no event" };
  if (type === "ApplicationReplaced") return { kind: "replaced" };
  const kind = KINDS.get(type);
  if (kind === undefined) return { kind: "other", type };
  const channel = channelIn(event, kind === "dialled" ? "peer" : "channel");
  // A variable may be Asterisk's own, of no channel.
  if (channel === null && kind === "variable-set") return { kind: "other", type };
  if (channel === null) return { kind: "malformed", reason: `${type} does not say which channel` };
  return eventOf(kind, event, channel);
}

function eventOf(kind: AriEvent["kind"], event: JsonObject, channel: AriChannel): AriEvent {
  const at = instantIn(event, "timestamp");
  const q850 = wholeNumberIn(event, "cause");
  switch (kind) {
    case "entered":
      return { kind, at, channel, args: textsIn(event, "args") };
    case "left":
    case "state-changed":
      return { kind, at, channel };
    case "dialled":
      return {
        kind,
        at,
        status: textIn(event, "dialstatus") ?? "",
        peer: channel,
        caller: channelIn(event, "caller"),
      };
    case "hangup-requested":
      return { kind, at, channel, q850 };
    case "destroyed":
      return { kind, at, channel, q850, causeText: textIn(event, "cause_txt") };
    case "bridge-entered":
    case "bridge-left": {
      const bridge = objectIn(event, "bridge");
      return { kind, at, channel, bridgeId: textIn(bridge, "id") ?? "", channelIds: textsIn(bridge, "channels") };
    }
    case "variable-set":
      return { kind, at, channel, name: textIn(event, "variable") ?? "", value: textIn(event, "value") ?? "" };
    default:
      return kind satisfies never;
  }
}

/** Reads a channel as it stands in events and in answers to requests. */
export function channelIn(object: JsonObject, name: string): AriChannel | null {
  return readAriChannel(valueIn(object, name));
}

/** Reads the channel that a request for it was answered with; null when it is none. */
export function readAriChannel(value: unknown): AriChannel | null {
  const channel = asObject(value);
  const id = textIn(channel, "id");
  if (channel === null || id === null) return null;
  const dialplan = objectIn(channel, "dialplan");
  return {
    id,
    name: textIn(channel, "name") ?? "",
    state: textIn(channel, "state") ?? "",
    protocolId: textIn(channel, "protocol_id"),
    calling: textIn(objectIn(channel, "caller"), "number") ?? "",
    called: textIn(dialplan, "exten") ?? "",
    context: textIn(dialplan, "context"),
    accountCode: textIn(channel, "accountcode"),
    createdAt: instantIn(channel, "creationtime"),
  };
}

const textsIn = (object: JsonObject | null, name: string): string[] =>
  listIn(object, name).filter((item) => typeof item === "string");

/** `2026-11-21T09:23:23.822+0000`. */
function instantIn(object: JsonObject, name: string): EpochMs | null {
  const text = textIn(object, name);
  if (text === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/.test(text)) return null;
  try {
    return epochMs(Temporal.Instant.from(text).epochMilliseconds);
  } catch {
    return null;
  }
}
