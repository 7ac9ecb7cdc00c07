import { testTranscripts } from "../../../test/support/transcript-vectors.ts";
import { readAriEvent } from "./ari-event.ts";
import * as requests from "./ari-request.ts";

/** One message a line: a WebSocket keeps them apart. */
const read = (chunks: readonly Uint8Array[]): unknown[] =>
  Buffer.concat(chunks).toString().split("\n").map(readAriEvent);

const shown =
  <Args extends readonly unknown[]>(write: (...args: Args) => requests.AriRequest) =>
  (...args: Args) => {
    const { method, path, body } = write(...args);
    return { kind: "request", text: body === null ? `${method} ${path}` : `${method} ${path} ${body}` };
  };

testTranscripts("agi/ari", {
  read,
  writers: {
    answer: shown(requests.answerChannel),
    hangup: shown(requests.hangupChannel),
    limit: shown(requests.limitChannel),
    setVariable: shown(requests.setChannelVariable),
    getVariable: shown(requests.getChannelVariable),
    events: (application: string) => ({ kind: "path", text: requests.eventsOf(application) }),
    variable: (status: number, body: string) => ({
      kind: "value",
      text: JSON.stringify(requests.readAriVariable(requests.readAriOutcome(status, body))),
    }),
    continue: shown(requests.continueInDialplan),
    list: shown(requests.listChannels),
    originate: shown(requests.originate),
    createBridge: shown(requests.createBridge),
    addToBridge: shown(requests.addToBridge),
    destroyBridge: shown(requests.destroyBridge),
    outcome: (status: number, body: string) => ({
      kind: "outcome",
      text: JSON.stringify(requests.readAriOutcome(status, body)),
    }),
  },
});
