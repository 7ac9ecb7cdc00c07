import { testTranscripts } from "../../../test/support/transcript-vectors.ts";
import { readChannelList } from "./channel-list.ts";
import * as commands from "./command.ts";
import { type DialTarget, dialString } from "./dial-string.ts";
import { readEslEndOutcome } from "./end-outcome.ts";
import { EslFrameReader } from "./frame-reader.ts";
import { type EslMessage, readEslMessage } from "./message.ts";
import { readSwitchEvent } from "./switch-event.ts";

/** A small stream's limits, so that vectors can show what lies beyond them. */
const LIMITS = { headerOctetsMax: 4_096, headersMax: 12, bodyOctetsMax: 8_192 };

/** Messages with events as charging sees them beside their headers. */
function read(chunks: readonly Uint8Array[]): unknown[] {
  const reader = new EslFrameReader(LIMITS);
  const messages = chunks.flatMap((chunk) => reader.push(chunk)).map((frame) => readEslMessage(frame));
  const shown = messages.map(shownMessage);
  return reader.isInFrame && shown.length === 0 ? [{ kind: "cut-off" }] : shown;
}

function shownMessage(message: EslMessage): unknown {
  if (message.kind === "api-response")
    return { ...message, end: readEslEndOutcome(message.text), list: readChannelList(message.text) };
  if (message.kind !== "event" && message.kind !== "channel-data") return message;
  const { name, headers, body } = message.event;
  return {
    kind: message.kind,
    ...{ name, headers: Object.fromEntries(headers), body },
    sees: readSwitchEvent(message.event),
  };
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
    schedHangupAt: commands.schedHangupAtCommand,
    schedDelete: commands.schedDeleteCommand,
    uuidDump: commands.uuidDumpCommand,
    resume: commands.resumeCommand,
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
