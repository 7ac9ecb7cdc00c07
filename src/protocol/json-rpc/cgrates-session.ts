import { asObject, type JsonObject, objectIn, textIn, textsOf, wholeNumberIn } from "../../core/json-object.ts";
import { type JsonRpcId, writeRequest } from "./json-rpc.ts";

/** What OpenSIPS's module `cgrates` asks. Its `compat_mode` speaks the older of two generations. */
export type CgratesGeneration = "older" | "newer";

/** What a request says of its call. */
export interface CgratesCall {
  /** The Call-ID, and behind a bar the session's tag where the script bills a call to several. */
  readonly originId: string;
  readonly originHost: string | null;
  readonly tenant: string | null;
  readonly account: string | null;
  readonly destination: string | null;
  readonly requestType: string | null;
  /** Seconds since 1970, as is the next. */
  readonly setupAtS: number | null;
  readonly answeredAtS: number | null;
  /** OpenSIPS counts whole seconds. */
  readonly talkedMs: number | null;
  readonly disconnectCause: string | null;
  /** OpenSIPS's own name of the dialog, to end it by; null before the answer. */
  readonly dialog: CgratesDialog | null;
  /** All texts by their own names: what the script adds with `$cgr(name)`. */
  readonly fields: ReadonlyMap<string, string>;
}

/** OpenSIPS's own name of a dialog. */
export interface CgratesDialog {
  readonly entry: number;
  readonly id: number;
}

/** A request of the module. Each of them waits for an answer. */
export type CgratesRequest =
  | {
      readonly kind: "authorise" | "start" | "stop" | "call-record";
      readonly generation: CgratesGeneration;
      readonly call: CgratesCall;
    }
  | { readonly kind: "other"; readonly method: string }
  | { readonly kind: "malformed"; readonly reason: string };

const METHODS: ReadonlyMap<string, readonly ["authorise" | "start" | "stop" | "call-record", CgratesGeneration]> =
  new Map([
    ["SessionSv1.AuthorizeEventWithDigest", ["authorise", "newer"]],
    ["SessionSv1.InitiateSession", ["start", "newer"]],
    ["SessionSv1.TerminateSession", ["stop", "newer"]],
    ["SessionSv1.ProcessCDR", ["call-record", "newer"]],
    ["SMGenericV1.GetMaxUsage", ["authorise", "older"]],
    ["SMGenericV1.InitiateSession", ["start", "older"]],
    ["SMGenericV1.TerminateSession", ["stop", "older"]],
    ["SMGenericV1.ProcessCDR", ["call-record", "older"]],
  ]);

const FIELDS_MAX = 256;
/** A limit in nanoseconds has to be a number that JSON holds exactly. */
const SECONDS_MAX = 9_000_000;

/** Reads a request from its method and parameters. Source: OpenSIPS, modules/cgrates; nothing was recorded. */
export function readCgratesRequest(method: string, params: unknown): CgratesRequest {
  const [kind, generation] = METHODS.get(method) ?? [];
  if (kind === undefined || generation === undefined) return { kind: "other", method };
  const [argument] = Array.isArray(params) ? params : [params];
  const outer = asObject(argument);
  // The newer generation has the call under "Event", beside what is asked for.
  const event = objectIn(outer, "Event") ?? outer;
  const originId = textIn(event, "OriginID");
  if (event === null || originId === null) return { kind: "malformed", reason: `${method} does not say which call` };
  const fields = textsOf(event, FIELDS_MAX);
  if (fields === null) return { kind: "malformed", reason: `more than ${FIELDS_MAX} fields` };
  const tenant = textIn(outer, "Tenant") ?? textIn(event, "Tenant");
  return { kind, generation, call: { ...callOf(event), originId, tenant, fields } };
}

/**
 * Answers `authorise` and `start` with how long the call may last in seconds: 0 refuses it, null has no limit. The
 * newer generation reads seconds in the one and nanoseconds in the other.
 */
export function limitAnswer(
  id: JsonRpcId,
  kind: "authorise" | "start",
  generation: CgratesGeneration,
  limitS: number | null,
): string {
  const seconds = limitS === null ? -1 : Math.min(limitS, SECONDS_MAX);
  if (generation === "older") return answer(id, seconds);
  return answer(id, { MaxUsage: kind === "start" && seconds > 0 ? seconds * 1_000_000_000 : seconds });
}

/** Answers `stop` and `call-record`. */
export const doneAnswer = (id: JsonRpcId): string => answer(id, "OK");

/** Answers any request with what went wrong: a short code, which the script sees in `$cgr_ret`. */
export const errorAnswer = (id: JsonRpcId, code: string): string => JSON.stringify({ id, result: null, error: code });

/** Ends a call: BYE to both sides. */
export const disconnectRequest = (
  id: JsonRpcId,
  generation: CgratesGeneration,
  { originId, dialog }: { readonly originId: string; readonly dialog: CgratesDialog },
  reason: string,
): string =>
  writeRequest(id, generation === "older" ? "SMGClientV1.DisconnectSession" : "SessionSv1.DisconnectSession", [
    { EventStart: { OriginID: originId, DialogEntry: dialog.entry, DialogID: dialog.id }, Reason: reason },
  ]);

/** Asks which calls are up, to compare with open sessions after a connection was lost. */
export const activeSessionsRequest = (id: JsonRpcId): string =>
  writeRequest(id, "SessionSv1.GetActiveSessionIDs", [{}]);

/** Reads the identifiers of the calls that are up. */
export const readActiveSessions = (result: unknown): string[] =>
  (Array.isArray(result) ? result : [])
    .map((item) => textIn(asObject(item), "OriginID"))
    .filter((originId) => originId !== null);

/** Of JSON-RPC 1.0: both members, one of them null. */
const answer = (id: JsonRpcId, result: unknown): string => JSON.stringify({ id, result, error: null });

function callOf(event: JsonObject): Omit<CgratesCall, "originId" | "tenant" | "fields"> {
  const [, usageS] = /^(\d{1,9})s?$/.exec(textIn(event, "Usage") ?? "") ?? [];
  const entry = wholeNumberIn(event, "DialogEntry");
  const id = wholeNumberIn(event, "DialogID");
  return {
    originHost: textIn(event, "OriginHost"),
    account: textIn(event, "Account"),
    destination: textIn(event, "Destination"),
    requestType: textIn(event, "RequestType"),
    setupAtS: wholeNumberIn(event, "SetupTime") || null,
    answeredAtS: wholeNumberIn(event, "AnswerTime") || null,
    talkedMs: usageS === undefined ? null : Number(usageS) * 1_000,
    disconnectCause: textIn(event, "DisconnectCause"),
    dialog: entry === null || id === null ? null : { entry, id },
  };
}
