import { testTranscripts } from "../../../test/support/transcript-vectors.ts";
import { readKamailioEvent } from "./kamailio-event.ts";
import { dialogListRequest, sessionDisconnect, transactionReply } from "./kamailio-reply.ts";
import { NetstringReader, writeNetstring } from "./netstring.ts";

/** A small stream's limit, so that vectors can show what lies beyond it. */
const OCTETS_MAX = 2_000;

/** Events, and at the end whether a message was cut off. */
function read(chunks: readonly Uint8Array[]): unknown[] {
  const reader = new NetstringReader(OCTETS_MAX);
  const messages = chunks.flatMap((chunk) => reader.push(chunk));
  const shown = messages.map((message) => {
    if (message.kind === "broken") return message;
    const event = readKamailioEvent(message.text);
    return "call" in event
      ? { ...event, call: { ...event.call, fields: Object.fromEntries(event.call.fields) } }
      : event;
  });
  return reader.isInMessage ? [...shown, { kind: "cut-off" }] : shown;
}

testTranscripts("evapi", {
  read,
  writers: {
    netstring: (text: string) => ({ kind: "command", text: writeNetstring(text) }),
    reply: transactionReply,
    disconnect: sessionDisconnect,
    dialogList: dialogListRequest,
  },
});
