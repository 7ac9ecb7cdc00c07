import { testTranscripts } from "../../../test/support/transcript-vectors.ts";
import * as cgrates from "./cgrates-session.ts";
import { readEndOutcome } from "./end-outcome.ts";
import { readJsonRpc, writeError, writeResult } from "./json-rpc.ts";
import { JsonStreamReader } from "./json-stream.ts";
import * as kamailio from "./kamailio-dialog.ts";
import * as opensips from "./opensips-dialog.ts";
import { readOpensipsEvent } from "./opensips-event.ts";

/** A small stream's limit, so that vectors can show what lies beyond it. */
const OCTETS_MAX = 2_000;

/** Messages, answers with what they mean, and at the end whether one was cut off. */
function read(chunks: readonly Uint8Array[]): unknown[] {
  const reader = new JsonStreamReader(OCTETS_MAX);
  const documents = chunks.flatMap((chunk) => reader.push(chunk));
  const shown = documents.map((document) => (document.kind === "broken" ? document : messageOf(document.text)));
  return reader.isInDocument ? [...shown, { kind: "cut-off" }] : shown;
}

function messageOf(text: string): unknown {
  const message = readJsonRpc(text);
  switch (message.kind) {
    case "malformed":
      return message;
    case "request":
    case "notification": {
      const event = readOpensipsEvent(message.method, message.params);
      const fields = "call" in event ? Object.fromEntries(event.call.fields) : {};
      const session = cgrates.readCgratesRequest(message.method, message.params);
      const sessionFields = "call" in session ? Object.fromEntries(session.call.fields) : {};
      return { ...message, event, fields, session, sessionFields };
    }
    case "result":
      return {
        ...message,
        dialogs: kamailio
          .readKamailioDialogs(message.result)
          .map((dialog) => ({ ...dialog, variables: Object.fromEntries(dialog.variables) })),
        opensipsDialogs: opensips.readOpensipsDialogs(message.result),
        size: kamailio.readProfileSize(message.result),
        sessions: cgrates.readActiveSessions(message.result),
        end: readEndOutcome(message),
      };
    case "error":
      return { ...message, end: readEndOutcome(message) };
    default:
      return message satisfies never;
  }
}

const shown =
  <Args extends readonly unknown[]>(write: (...args: Args) => string) =>
  (...args: Args) => ({ kind: "message", text: write(...args) });

testTranscripts("json-rpc", {
  read,
  writers: {
    result: shown(writeResult),
    error: shown(writeError),
    endDialog: shown(kamailio.endDialog),
    terminateDialog: shown(kamailio.terminateDialog),
    dialogOfCall: shown(kamailio.dialogOfCall),
    allDialogs: shown(kamailio.allDialogs),
    profileDialogs: shown(kamailio.profileDialogs),
    profileSize: shown(kamailio.profileSize),
    version: shown(kamailio.kamailioVersion),
    endOpensipsDialog: shown(opensips.endOpensipsDialog),
    allOpensipsDialogs: shown(opensips.allOpensipsDialogs),
    opensipsProfileSize: shown(opensips.opensipsProfileSize),
    subscribeEvent: shown(opensips.subscribeEvent),
    limit: shown(cgrates.limitAnswer),
    done: shown(cgrates.doneAnswer),
    refuse: shown(cgrates.errorAnswer),
    disconnect: shown(cgrates.disconnectRequest),
    activeSessions: shown(cgrates.activeSessionsRequest),
  },
});
