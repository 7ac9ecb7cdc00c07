import { testTranscripts } from "../../../test/support/transcript-vectors.ts";
import * as commands from "./agi-command.ts";
import { AgiReader } from "./agi-reader.ts";

/** Messages, and at the end whether one was cut off. */
function read(chunks: readonly Uint8Array[]): unknown[] {
  const reader = new AgiReader();
  const messages = chunks.flatMap((chunk) => reader.push(chunk));
  const shown = messages.map((message) =>
    message.kind === "request"
      ? { ...message.request, kind: "request", parameters: Object.fromEntries(message.request.parameters) }
      : message,
  );
  return reader.isInMessage ? [...shown, { kind: "cut-off" }] : shown;
}

testTranscripts("agi", {
  read,
  writers: {
    answer: commands.answerCommand,
    hangup: commands.hangupCommand,
    setVariable: commands.setVariableCommand,
    getVariable: commands.getVariableCommand,
    getValues: commands.getValuesCommand,
    setAutoHangup: commands.setAutoHangupCommand,
    verbose: commands.verboseCommand,
    exec: commands.execCommand,
    dial: commands.dialCommand,
  },
});
