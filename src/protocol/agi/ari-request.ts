import { asObject, parseJson, textIn } from "../../core/json-object.ts";
import { type AriChannel, readAriChannel } from "./ari-event.ts";

/** A request to ARI, for whatever sends it: method, path with its query, and a JSON body where there is one. */
export interface AriRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body: string | null;
}

/** What a request came to. A channel that is gone is as good as hung up. */
export type AriOutcome =
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "not-found" }
  /** The channel is not (any more) under our application, or cannot do that now. */
  | { readonly kind: "conflict"; readonly message: string }
  | { readonly kind: "failed"; readonly status: number; readonly message: string };

/** Answers an incoming call. */
export const answerChannel = (id: string): AriRequest => post(["channels", id, "answer"], {});

/** Ends a call, with an ITU-T Q.850 cause. */
export const hangupChannel = (id: string, q850: number): AriRequest => ({
  method: "DELETE",
  path: path(["channels", id], { reason_code: String(q850) }),
  body: null,
});

/**
 * Has Asterisk itself end the call so many seconds from now: the limit that holds when we are not there to see to it.
 */
export const limitChannel = (id: string, seconds: number): AriRequest =>
  setChannelVariable(id, "TIMEOUT(absolute)", String(seconds));

/** Sets a variable of a channel, or a function of the dialplan that can be written to. */
export const setChannelVariable = (id: string, name: string, value: string): AriRequest =>
  post(["channels", id, "variable"], { variable: name, value });

/** Asks what a variable of a channel is, or a function of the dialplan; any channel can be asked. */
export const getChannelVariable = (id: string, name: string): AriRequest => ({
  method: "GET",
  path: path(["channels", id, "variable"], { variable: name }),
  body: null,
});

/** The value that {@link getChannelVariable} was answered with; null: it is not set, or the channel is gone. */
export const readAriVariable = (outcome: AriOutcome): string | null =>
  outcome.kind === "done" ? textIn(asObject(outcome.value), "value") : null;

/** Where the events of an application come from, of every channel there is. */
export const eventsOf = (application: string): string => path(["events"], { app: application, subscribeAll: "true" });

/** Lets a call go on in the dialplan: what it may not do there is said by variables. */
export const continueInDialplan = (id: string): AriRequest => post(["channels", id, "continue"], {});

/** All channels, to compare with open sessions after the WebSocket was away. */
export const listChannels = (): AriRequest => ({ method: "GET", path: path(["channels"], {}), body: null });

/** The other leg of a call. */
export interface AriOriginate {
  /** `PJSIP/442079460018@carrier`. */
  readonly endpoint: string;
  readonly application: string;
  /** Given back in the event that the channel entered; without commas, which separate them. */
  readonly args: readonly string[];
  readonly callerId: string;
  readonly ringS: number;
  /** The channel on whose behalf it is. */
  readonly originator: string;
}

/** Calls the other side. */
export const originate = (call: AriOriginate): AriRequest => ({
  method: "POST",
  path: path(["channels"], {}),
  body: JSON.stringify({
    endpoint: call.endpoint,
    app: call.application,
    appArgs: call.args.join(","),
    callerId: call.callerId,
    timeout: call.ringS,
    originator: call.originator,
  }),
});

/** A bridge that mixes media, under our own identifier. */
export const createBridge = (id: string): AriRequest => post(["bridges"], { type: "mixing", bridgeId: id });

/** Lets channels hear each other. */
export const addToBridge = (id: string, channelIds: readonly string[]): AriRequest =>
  post(["bridges", id, "addChannel"], { channel: channelIds.join(",") });

/** Takes a bridge away; its channels stay. */
export const destroyBridge = (id: string): AriRequest => ({
  method: "DELETE",
  path: path(["bridges", id], {}),
  body: null,
});

/** What a request's status and body say. */
export function readAriOutcome(status: number, body: string): AriOutcome {
  if (status >= 200 && status <= 299) return { kind: "done", value: body === "" ? null : parseJson(body) };
  if (status === 404) return { kind: "not-found" };
  const document = asObject(parseJson(body));
  const message = textIn(document, "message") ?? textIn(document, "error") ?? "";
  return status === 409 || status === 412 ? { kind: "conflict", message } : { kind: "failed", status, message };
}

/** The channels of the answer to {@link listChannels}. */
export const readAriChannels = (value: unknown): AriChannel[] =>
  (Array.isArray(value) ? value : []).map(readAriChannel).filter((channel) => channel !== null);

const post = (parts: readonly string[], query: Readonly<Record<string, string>>): AriRequest => ({
  method: "POST",
  path: path(parts, query),
  body: null,
});

/** Every part and value is encoded: an identifier cannot lead to another resource. */
function path(parts: readonly string[], query: Readonly<Record<string, string>>): string {
  const values = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const place = ["", "ari", ...parts.map(encoded)].join("/");
  return values.length === 0 ? place : `${place}?${values.join("&")}`;
}

/** "." and ".." would be taken for steps of the path. */
const encoded = (part: string): string => encodeURIComponent(part).replace(/^\.{1,2}$/, "-");
