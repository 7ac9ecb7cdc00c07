import { describe, expect, test } from "vitest";
import { recordedTranscript } from "../../../test/support/recorded-transcript.ts";
import { apiCommand, authCommand, connectCommand, eventCommand, lingerCommand, uuidKillCommand } from "./command.ts";
import { readEslEndOutcome } from "./end-outcome.ts";
import { type EslFrame, EslFrameReader } from "./frame-reader.ts";
import { type EslMessage, readEslMessage } from "./message.ts";
import { readSwitchEvent, type SwitchEvent } from "./switch-event.ts";

const inbound = recordedTranscript("esl-inbound.txt");
const outbound = recordedTranscript("esl-outbound.txt");

const messagesOf = (stream: Uint8Array): EslMessage[] =>
  new EslFrameReader().push(stream).map((frame) => readEslMessage(frame));

const eventsOf = (messages: readonly EslMessage[]): SwitchEvent[] =>
  messages.flatMap((message) => ("event" in message ? [readSwitchEvent(message.event)] : []));

const endsOf = (events: readonly SwitchEvent[]) =>
  events.flatMap((event) =>
    event.kind === "channel-ended" ? [[event.channel.called, event.talkedMs, event.cause.text]] : [],
  );

/** How often each kind comes. */
function kindsOf(items: readonly { readonly kind: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of items) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

describe.skipIf(inbound === null)("FreeSWITCH 1.11.1, a connection to it", () => {
  const messages = messagesOf(Buffer.concat(inbound?.received ?? []));
  const events = eventsOf(messages);

  test("every frame is one that is known", () => {
    expect(kindsOf(messages)).toEqual({ "auth-request": 1, reply: 4, "api-response": 3, event: 32 });
    expect(kindsOf(events)).toMatchObject({ "channel-created": 9, "channel-answered": 7, "job-done": 1 });
  });

  test("calls end as they did", () => {
    expect(endsOf(events)).toContainEqual(["2001", 1_001, "CALL_REJECTED"]);
    expect(endsOf(events)).toContainEqual(["1001", 2_460, "ALLOTTED_TIMEOUT"]);
  });

  test("the call that was killed is ended", () => {
    const answers = messages.flatMap((message) => (message.kind === "api-response" ? [message.text] : []));
    expect(answers).toHaveLength(3);
    expect(readEslEndOutcome(answers[2] ?? "")).toEqual({ kind: "ended" });
  });

  test("the commands are those that it took", () => {
    const uuid = "a8027c17-1370-4e7c-824a-6a3d8e86d9ca";
    for (const command of [
      authCommand("ClueCon"),
      apiCommand(["version"]),
      uuidKillCommand(uuid, "CALL_REJECTED"),
      apiCommand(["sched_hangup", "+60", uuid, "ALLOTTED_TIMEOUT"]),
    ])
      expect(inbound?.sent).toContain(command.kind === "command" && command.text);
  });
});

describe.skipIf(outbound === null)("FreeSWITCH 1.11.1, a connection from it", () => {
  const messages = messagesOf(Buffer.concat(outbound?.received ?? []));

  test("every frame is one that is known", () => {
    expect(kindsOf(messages)).toEqual({ "channel-data": 1, reply: 6, event: 18, disconnect: 2 });
    expect(messages.at(-1)).toMatchObject({ kind: "disconnect", isLingering: false });
  });

  test("the channel says whose call it is", () => {
    expect(eventsOf(messages)[0]).toMatchObject({
      kind: "channel-offered",
      channel: { calling: "44201", called: "1001", sourceAddress: "127.0.0.1", sipCallId: "1-18645@127.0.0.1" },
    });
  });

  test("the commands are those that it took", () => {
    for (const command of [connectCommand(), lingerCommand(5)])
      expect(outbound?.sent).toContain(command.kind === "command" && command.text);
    expect(eventCommand("plain", ["X"])).toMatchObject({ text: "event plain X\n\n" });
  });
});

describe.each([
  ["inbound", inbound],
  ["outbound", outbound],
])("the %s stream", (_name, transcript) => {
  test.skipIf(transcript === null)("gives the same frames, cut in two at every octet", () => {
    const stream = Buffer.concat(transcript?.received ?? []);
    let start = 0;
    for (const [frame, end] of framesOf(stream)) {
      for (let at = start + 1; at <= end; at += 1) {
        const reader = new EslFrameReader();
        const again = [...reader.push(stream.subarray(start, at)), ...reader.push(stream.subarray(at, end))];
        if (!areEqual(again, frame)) expect(again, `cut at ${at}`).toEqual([frame]);
      }
      start = end;
    }
    expect(start).toBe(stream.length);
  });
});

/** Frames and where they end: between two of them a reader holds nothing, so each can be cut by itself. */
function framesOf(stream: Buffer): [EslFrame, number][] {
  const reader = new EslFrameReader();
  return [...stream.keys()].flatMap((at) =>
    reader.push(stream.subarray(at, at + 1)).map((frame): [EslFrame, number] => [frame, at + 1]),
  );
}

/** Whether the frames are that one alone; quicker than the test runner's own comparison, 300,000 times. */
function areEqual([frame, ...others]: readonly EslFrame[], expected: EslFrame): boolean {
  if (others.length > 0 || frame?.kind !== "frame" || expected.kind !== "frame") return false;
  const isSame = ([name, value]: [string, string]) => frame.headers.get(name) === value;
  const hasSameHeaders = frame.headers.size === expected.headers.size && [...expected.headers].every(isSame);
  return hasSameHeaders && Buffer.compare(frame.body, expected.body) === 0;
}
