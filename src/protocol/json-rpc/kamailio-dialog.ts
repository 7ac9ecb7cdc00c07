import { asObject, type JsonObject, listIn, objectIn, textIn, wholeNumberIn } from "../../core/json-object.ts";
import { type JsonRpcId, writeRequest } from "./json-rpc.ts";

/** A dialog that Kamailio has. */
export interface KamailioDialog {
  readonly hashEntry: number;
  readonly hashId: number;
  readonly callId: string;
  readonly fromTag: string | null;
  readonly toTag: string | null;
  readonly fromUri: string | null;
  readonly toUri: string | null;
  /** 1 unconfirmed, 2 early, 3 confirmed without ACK, 4 confirmed, 5 ended: those are listed for a while, too. */
  readonly state: number | null;
  /** Seconds since 1970; null while it is not answered. */
  readonly startedAtS: number | null;
  /** The same of its end; null while it is up. */
  readonly endedAtS: number | null;
  /** Seconds since its start, to its end or to now, by Kamailio's own clock. */
  readonly durationS: number | null;
  /** What the configuration keeps with the dialog: the account, the session. */
  readonly variables: ReadonlyMap<string, string>;
}

/** Ends a dialog by Kamailio's own name of it: BYE to both sides. */
export const endDialog = (id: JsonRpcId, hashEntry: number, hashId: number): string =>
  writeRequest(id, "dlg.end_dlg", [hashEntry, hashId]);

/** The same by what SIP calls it. */
export const terminateDialog = (id: JsonRpcId, callId: string, fromTag: string, toTag: string): string =>
  writeRequest(id, "dlg.terminate_dlg", [callId, fromTag, toTag]);

/** Asks for a call's dialog; by Call-ID alone this comes first, then {@link endDialog}. */
export const dialogOfCall = (id: JsonRpcId, callId: string): string => writeRequest(id, "dlg.dlg_list", [callId]);

/** Asks for all dialogs. */
export const allDialogs = (id: JsonRpcId): string => writeRequest(id, "dlg.list", []);

/** Asks for the dialogs of a profile, such as an account's. */
export const profileDialogs = (id: JsonRpcId, profile: string, value: string): string =>
  writeRequest(id, "dlg.profile_list", [profile, value]);

/** Asks how many dialogs a profile has. */
export const profileSize = (id: JsonRpcId, profile: string, value: string): string =>
  writeRequest(id, "dlg.profile_get_size", [profile, value]);

/** Asks something that is always answered: whether Kamailio is there. */
export const kamailioVersion = (id: JsonRpcId): string => writeRequest(id, "core.version", []);

/**
 * Reads the dialogs of a result: a list, or, where there is one alone, the dialog itself. What is no dialog in it is
 * left out.
 */
export function readKamailioDialogs(result: unknown): KamailioDialog[] {
  const items = Array.isArray(result) ? result : [result];
  return items.map((item) => dialogOf(asObject(item))).filter((dialog) => dialog !== null);
}

/** Reads a count: the number itself, or in an object under a name of its own. */
export function readProfileSize(result: unknown): number | null {
  const count = typeof result === "object" ? Object.values(result ?? {})[0] : result;
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

function dialogOf(item: JsonObject | null): KamailioDialog | null {
  const hashEntry = wholeNumberIn(item, "h_entry");
  const hashId = wholeNumberIn(item, "h_id");
  const callId = textIn(item, "call-id") ?? textIn(item, "callid");
  if (item === null || hashEntry === null || hashId === null || callId === null) return null;
  return {
    hashEntry,
    hashId,
    callId,
    fromTag: textIn(objectIn(item, "caller"), "tag"),
    toTag: textIn(objectIn(item, "callee"), "tag"),
    fromUri: textIn(item, "from_uri"),
    toUri: textIn(item, "to_uri"),
    state: wholeNumberIn(item, "state"),
    startedAtS: wholeNumberIn(item, "start_ts") || null,
    endedAtS: wholeNumberIn(item, "end_ts") || null,
    durationS: wholeNumberIn(item, "duration"),
    variables: variablesOf(item),
  };
}

/** `[{"account":"a"},{"sess":"s"}]`. */
function variablesOf(item: JsonObject): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const entry of listIn(item, "variables"))
    for (const name of Object.keys(asObject(entry) ?? {})) {
      const value = textIn(asObject(entry), name);
      if (value !== null) variables.set(name, value);
    }
  return variables;
}
