import { testTranscripts } from "../../../test/support/transcript-vectors.ts";
import * as commands from "./command.ts";
import { type DialTarget, dialString } from "./dial-string.ts";
import { EslFrameReader } from "./frame-reader.ts";
import { readEslMessage } from "./message.ts";
import { readSwitchEvent } from "./switch-event.ts";

/** A small stream's limits, so that vectors can show what lies beyond them. */
const LIMITS = { headerOctetsMax: 4_096, headersMax: 12, bodyOctetsMax: 8_192 };

/** Messages with events as charging sees them beside their headers. */
function read(chunks: readonly Uint8Array[]): unknown[] {
  const reader = new EslFrameReader(LIMITS);
  const messages = chunks.flatMap((chunk) => reader.push(chunk)).map((frame) => readEslMessage(frame));
  const shown = messages.map((message) =>
    message.kind === "event" || message.kind === "channel-data"
      ? {
          kind: message.kind,
          name: message.event.name,
          headers: Object.fromEntries(message.event.headers),
          body: message.event.body,
          sees: readSwitchEvent(message.event),
        }
      : message,
  );
  return reader.isInFrame && shown.length === 0 ? [{ kind: "cut-off" }] : shown;
}

const bridge = (uuid: string | null, targets: readonly DialTarget[]): commands.EslCommand => {
  const destination = dialString(targets);
  return destination === null
    ? { kind: "refused", reason: "no dial string" }
    : commands.executeBridge(uuid, destination);
};

testTranscripts("esl", {
  read,
  writers: {
    auth: commands.authCommand,
    connect: commands.connectCommand,
    event: commands.eventCommand,
    myEvents: commands.myEventsCommand,
    filter: commands.filterCommand,
    filterDelete: commands.filterDeleteCommand,
    linger: commands.lingerCommand,
    exit: commands.exitCommand,
    api: commands.apiCommand,
    backgroundApi: commands.backgroundApiCommand,
    uuidKill: commands.uuidKillCommand,
    schedHangup: commands.schedHangupCommand,
    uuidSetVariable: commands.uuidSetVariableCommand,
    showChannels: commands.showChannelsCommand,
    execute: commands.executeCommand,
    executeSchedHangup: commands.executeSchedHangup,
    executeRespond: commands.executeRespond,
    executeSet: commands.executeSet,
    hangup: commands.hangupCommand,
    bridge,
  },
});
