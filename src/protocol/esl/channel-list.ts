import { asObject, type JsonObject, listIn, parseJson, textIn, wholeNumberIn } from "../../core/json-object.ts";

/** A channel that is up. */
export interface ListedChannel {
  readonly uuid: string;
  /** Links the legs of one call. */
  readonly callId: string;
  readonly calling: string;
  readonly called: string;
  readonly accountCode: string | null;
  /** `ACTIVE`, `RINGING`, `HELD` and others. */
  readonly callState: string | null;
  /** Seconds since 1970. */
  readonly createdAtS: number | null;
}

/** What is up, or what is wrong with the answer: then nothing is known, which is not the same as nothing being up. */
export type ChannelList =
  | { readonly kind: "channels"; readonly channels: readonly ListedChannel[] }
  | { readonly kind: "malformed"; readonly reason: string };

/** Reads the answer to `show channels as json`, to compare with open sessions after a connection was lost. */
export function readChannelList(text: string): ChannelList {
  const document = asObject(parseJson(text));
  const count = wholeNumberIn(document, "row_count");
  if (count === null) return { kind: "malformed", reason: "no list of channels" };
  const channels = listIn(document, "rows")
    .map((row) => channelOf(asObject(row)))
    .filter((channel) => channel !== null);
  if (channels.length !== count) return { kind: "malformed", reason: "the list has not as many channels as it says" };
  return { kind: "channels", channels };
}

function channelOf(row: JsonObject | null): ListedChannel | null {
  const uuid = textIn(row, "uuid");
  if (uuid === null) return null;
  return {
    uuid,
    callId: textIn(row, "call_uuid") ?? uuid,
    calling: textIn(row, "cid_num") ?? "",
    called: textIn(row, "dest") ?? "",
    accountCode: textIn(row, "accountcode"),
    callState: textIn(row, "callstate"),
    createdAtS: wholeNumberIn(row, "created_epoch"),
  };
}
