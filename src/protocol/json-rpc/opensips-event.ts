import { asObject, type JsonObject, textIn, textsOf, wholeNumberIn } from "../../core/json-object.ts";

/** What an event of OpenSIPS's accounting says of a call. */
export interface OpensipsCall {
  readonly callId: string;
  readonly fromTag: string | null;
  readonly toTag: string | null;
  readonly method: string | null;
  readonly sipStatus: number | null;
  readonly sipReason: string | null;
  /** When the event is about, in seconds since 1970: the answer in a record of a whole call. */
  readonly atS: number | null;
  /** When the call was set up. */
  readonly createdAtS: number | null;
  /** Talk time; null in events that have none. */
  readonly talkedMs: number | null;
  /** All texts by their own names: what the configuration adds to accounting. */
  readonly fields: ReadonlyMap<string, string>;
}

/** What charging needs of the events of OpenSIPS. */
export type OpensipsEvent =
  /** A whole call (E_ACC_CDR). */
  | { readonly kind: "call-record"; readonly call: OpensipsCall }
  /** The answer or the end of a call (E_ACC_EVENT); its method says which: INVITE or BYE. */
  | { readonly kind: "call-half"; readonly call: OpensipsCall }
  /** A call that was not answered (E_ACC_MISSED_EVENT). */
  | { readonly kind: "call-missed"; readonly call: OpensipsCall }
  | {
      readonly kind: "dialog-state";
      readonly callId: string;
      readonly dialogId: string | null;
      readonly oldState: number | null;
      /** 4 is confirmed, 5 ended. */
      readonly newState: number | null;
    }
  | { readonly kind: "other"; readonly event: string }
  | { readonly kind: "malformed"; readonly reason: string };

const CALL_EVENTS: ReadonlyMap<string, "call-record" | "call-half" | "call-missed"> = new Map([
  ["E_ACC_CDR", "call-record"],
  ["E_ACC_EVENT", "call-half"],
  ["E_ACC_MISSED_EVENT", "call-missed"],
]);

const FIELDS_MAX = 256;

/** Reads an event from the method and the parameters of a notification or a request. */
export function readOpensipsEvent(event: string, params: unknown): OpensipsEvent {
  const kind = CALL_EVENTS.get(event);
  if (kind === undefined && event !== "E_DLG_STATE_CHANGED") return { kind: "other", event };
  const object = asObject(params);
  const callId = textIn(object, "callid");
  if (object === null || callId === null) return { kind: "malformed", reason: `${event} does not say which call` };
  if (kind === undefined)
    return {
      kind: "dialog-state",
      callId,
      dialogId: textIn(object, "id"),
      oldState: wholeNumberIn(object, "old_state"),
      newState: wholeNumberIn(object, "new_state"),
    };
  const fields = textsOf(object, FIELDS_MAX);
  if (fields === null) return { kind: "malformed", reason: `more than ${FIELDS_MAX} fields` };
  return { kind, call: { ...callOf(object), callId, fields } };
}

function callOf(object: JsonObject): Omit<OpensipsCall, "callId" | "fields"> {
  return {
    fromTag: textIn(object, "from_tag"),
    toTag: textIn(object, "to_tag"),
    method: textIn(object, "method"),
    sipStatus: wholeNumberIn(object, "sip_code"),
    sipReason: textIn(object, "sip_reason"),
    atS: wholeNumberIn(object, "time"),
    createdAtS: wholeNumberIn(object, "created"),
    talkedMs: wholeNumberIn(object, "ms_duration") ?? seconds(wholeNumberIn(object, "duration")),
  };
}

const seconds = (value: number | null): number | null => (value === null ? null : value * 1_000);
