import { asObject, type JsonObject, listIn, objectIn, textIn, wholeNumberIn } from "../../core/json-object.ts";
import { type JsonRpcId, writeRequest } from "./json-rpc.ts";

/** A dialog that OpenSIPS has. */
export interface OpensipsDialog {
  /** OpenSIPS's own name of it. */
  readonly id: string;
  readonly callId: string;
  readonly fromUri: string | null;
  readonly toUri: string | null;
  /** 1 unconfirmed, 2 early, 3 confirmed without ACK, 4 confirmed, 5 ended. */
  readonly state: number | null;
  /** Seconds since 1970; null while it is not answered. */
  readonly startedAtS: number | null;
}

/** Ends a dialog: by OpenSIPS's own name of it, or by Call-ID. */
export const endOpensipsDialog = (id: JsonRpcId, dialogId: string): string =>
  writeRequest(id, "dlg_end_dlg", { dialog_id: dialogId });

/** Asks for all dialogs. */
export const allOpensipsDialogs = (id: JsonRpcId): string => writeRequest(id, "dlg_list", {});

/** Asks how many dialogs a profile has. */
export const opensipsProfileSize = (id: JsonRpcId, profile: string, value: string): string =>
  writeRequest(id, "profile_get_size", { profile, value });

/** Has events sent to us, again and again: a subscription ends after `expireS`. */
export const subscribeEvent = (id: JsonRpcId, event: string, socket: string, expireS: number): string =>
  writeRequest(id, "event_subscribe", { event, socket, expire: expireS });

/** Reads the dialogs of a result, under `Dialogs`; what is no dialog in it is left out. */
export function readOpensipsDialogs(result: unknown): OpensipsDialog[] {
  const single = objectIn(asObject(result), "Dialog");
  const items = Array.isArray(result) ? result : [...listIn(asObject(result), "Dialogs"), ...(single ? [single] : [])];
  return items.map((item) => dialogOf(asObject(item))).filter((dialog) => dialog !== null);
}

function dialogOf(item: JsonObject | null): OpensipsDialog | null {
  const id = textIn(item, "ID");
  const callId = textIn(item, "callid");
  if (id === null || callId === null) return null;
  return {
    id,
    callId,
    fromUri: textIn(item, "from_uri"),
    toUri: textIn(item, "to_uri"),
    state: wholeNumberIn(item, "state"),
    startedAtS: wholeNumberIn(item, "timestart") || null,
  };
}
