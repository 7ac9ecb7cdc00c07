import { asObject, type JsonObject, parseJson, valueIn } from "../../core/json-object.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { instantOf, usageMs } from "./kamailio-time.ts";

/** Which suspended transaction of Kamailio waits for an answer, and by which route it goes on. */
export interface KamailioTransaction {
  readonly index: string;
  readonly label: string;
  /** The route that the configuration wants the answer under; null is the event's own. */
  readonly replyRoute: string | null;
}

/** Kamailio's own name of a dialog, to end it by. */
export interface KamailioDialog {
  readonly hashEntry: string;
  readonly hashId: string;
}

/** What an event says of its call. */
export interface KamailioCall {
  /** What the configuration names a call by, in all of its events: usually Call-ID and From tag. */
  readonly originId: string | null;
  readonly originHost: string | null;
  readonly tenant: string | null;
  readonly account: string | null;
  readonly subject: string | null;
  readonly destination: string | null;
  /** `*prepaid`, `*postpaid` and others; where it is not given the account decides. */
  readonly requestType: string | null;
  readonly setupAt: EpochMs | null;
  readonly answeredAt: EpochMs | null;
  /** null where the event has no usage, or none that can be read. */
  readonly talkedMs: number | null;
  /** Flags as the configuration wrote them: `*attributes`, `*accounts`. */
  readonly flags: readonly string[];
  /** All fields by their own names: the trunk, the caller's address, whatever the configuration adds. */
  readonly fields: ReadonlyMap<string, string>;
}

/** What a Kamailio configured for CGRateS sends. */
export type KamailioEvent =
  | {
      readonly kind: "authorise" | "process-message" | "process-cdr";
      readonly transaction: KamailioTransaction;
      readonly call: KamailioCall;
    }
  /** `dialog` is null where the configuration does not give it: then the call cannot be ended. */
  | { readonly kind: "call-start"; readonly dialog: KamailioDialog | null; readonly call: KamailioCall }
  | { readonly kind: "call-end"; readonly call: KamailioCall }
  /** Kamailio's answer to a request for its dialogs: a JSON-RPC answer. */
  | { readonly kind: "dialog-list"; readonly answer: unknown }
  | { readonly kind: "other"; readonly event: string }
  /** Where a transaction waits for an answer, it has to get one all the same. */
  | { readonly kind: "malformed"; readonly reason: string; readonly transaction: KamailioTransaction | null };

/** Both spellings of configurations: up to 0.10 and from 1.0. */
const NAMES = {
  index: ["tr_index", "trIndex"],
  label: ["tr_label", "trLabel"],
  replyRoute: ["reply_route", "replyRoute"],
  hashEntry: ["h_entry", "hEntry"],
  hashId: ["h_id", "hID"],
  flags: ["cgr_flags", "cgrFlags"],
} as const;

/** How Kamailio writes a variable that has no value. */
const NULL = "<null>";
const FIELDS_MAX = 256;

/** Reads one message of evapi. Source: the public configurations of CGRateS; docs/reference/switch-protocols.md. */
export function readKamailioEvent(text: string): KamailioEvent {
  const message = asObject(parseJson(text));
  if (message === null) return malformed("no event", null);
  const fields = fieldsOf(message);
  if (fields === null) return malformed(`more than ${FIELDS_MAX} fields`, null);
  const event = fields.get("event");
  const repeated = event === "CGR_DLG_LIST_REPLY" ? [] : repeatedNames(text);
  const isAmbiguous = [...NAMES.index, ...NAMES.label].some((name) => repeated.includes(name));
  const transaction = isAmbiguous ? null : transactionOf(fields);
  if (repeated.length > 0) return malformed("a field comes twice", transaction);
  switch (event) {
    case undefined:
      return malformed("no event", transaction);
    case "CGR_AUTH_REQUEST":
      return asked("authorise", event, transaction, fields);
    case "CGR_PROCESS_MESSAGE":
      return asked("process-message", event, transaction, fields);
    case "CGR_PROCESS_CDR":
      return fields.has("OriginID")
        ? asked("process-cdr", event, transaction, fields)
        : malformed(`${event} does not say which call`, transaction);
    case "CGR_CALL_START":
    case "CGR_CALL_END":
      if (!fields.has("OriginID")) return malformed(`${event} does not say which call`, null);
      return event === "CGR_CALL_END"
        ? { kind: "call-end", call: callOf(fields) }
        : { kind: "call-start", dialog: dialogOf(fields), call: callOf(fields) };
    case "CGR_DLG_LIST_REPLY":
      return { kind: "dialog-list", answer: valueIn(message, "jsonrpl_body") };
    default:
      return { kind: "other", event };
  }
}

function asked(
  kind: "authorise" | "process-message" | "process-cdr",
  event: string,
  transaction: KamailioTransaction | null,
  fields: ReadonlyMap<string, string>,
): KamailioEvent {
  if (transaction === null) return malformed(`${event} does not say which transaction`, null);
  return { kind, transaction, call: callOf(fields) };
}

/**
 * Names that come twice. Configurations put JSON together from text, so a caller named `1","Account":"2` would name the
 * account to charge: the last of two fields counts in JSON.
 */
function repeatedNames(text: string): string[] {
  const seen = new Set<string>();
  const repeated: string[] = [];
  for (const [, written = ""] of text.matchAll(/"((?:[^"\\]|\\.)*)"\s*:/g)) {
    const name = written.includes("\\") ? String(parseJson(`"${written}"`)) : written;
    if (seen.has(name)) repeated.push(name);
    seen.add(name);
  }
  return repeated;
}

/** Texts and numbers that are not empty; null when they are too many. */
function fieldsOf(message: JsonObject): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(message))
    if ((typeof value === "string" && value !== "" && value !== NULL) || typeof value === "number")
      fields.set(name, String(value));
  return fields.size > FIELDS_MAX ? null : fields;
}

const named = (fields: ReadonlyMap<string, string>, [older, newer]: readonly [string, string]): string | null =>
  fields.get(older) ?? fields.get(newer) ?? null;

function transactionOf(fields: ReadonlyMap<string, string>): KamailioTransaction | null {
  const index = named(fields, NAMES.index);
  const label = named(fields, NAMES.label);
  return index === null || label === null ? null : { index, label, replyRoute: named(fields, NAMES.replyRoute) };
}

function dialogOf(fields: ReadonlyMap<string, string>): KamailioDialog | null {
  const hashEntry = named(fields, NAMES.hashEntry);
  const hashId = named(fields, NAMES.hashId);
  return hashEntry === null || hashId === null ? null : { hashEntry, hashId };
}

function callOf(fields: ReadonlyMap<string, string>): KamailioCall {
  const field = (name: string) => fields.get(name) ?? null;
  return {
    originId: field("OriginID"),
    originHost: field("OriginHost"),
    tenant: field("Tenant"),
    account: field("Account"),
    subject: field("Subject"),
    destination: field("Destination"),
    requestType: field("RequestType"),
    setupAt: instantOf(field("SetupTime")),
    answeredAt: instantOf(field("AnswerTime")),
    talkedMs: usageMs(field("Usage")),
    // Commas separated them before 1.0, semicolons since.
    flags: (named(fields, NAMES.flags) ?? "").split(/[,;]/).filter((flag) => flag !== ""),
    fields,
  };
}

const malformed = (reason: string, transaction: KamailioTransaction | null): KamailioEvent => ({
  kind: "malformed",
  reason,
  transaction,
});
