import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { recordedTranscript } from "../../../test/support/recorded-transcript.ts";
import { sharedData } from "../../../test/support/shared-data.ts";
import { type AgiMessage, AgiReader } from "./agi-reader.ts";
import { readAriEvent } from "./ari-event.ts";

const transcript = recordedTranscript("agi.txt");
const ariPath = sharedData("../rig/fixtures/ari.jsonl");

/** The recording has one connection after the other. */
function connectionsOf(received: readonly Buffer[]): Buffer[] {
  const connections: Buffer[][] = [];
  for (const chunk of received) {
    if (chunk.toString().startsWith("agi_network:")) connections.push([]);
    connections.at(-1)?.push(chunk);
  }
  return connections.map((chunks) => Buffer.concat(chunks));
}

function read(...chunks: readonly Uint8Array[]): AgiMessage[] {
  const reader = new AgiReader();
  return chunks.flatMap((chunk) => reader.push(chunk));
}

describe.skipIf(transcript === null)("Asterisk 20, FastAGI", () => {
  const connections = connectionsOf(transcript?.received ?? []);

  test("every call asks, is answered twice, and hangs up", () => {
    expect(connections.length).toBeGreaterThan(5);
    for (const connection of connections) {
      const kinds = read(connection).map(({ kind }) => kind);
      expect(["request", "reply", "reply", "hangup"].slice(0, kinds.length)).toEqual(kinds);
    }
    expect(read(connections[0] ?? Buffer.alloc(0))[0]).toMatchObject({
      request: { calling: "44201", called: "6001", uniqueId: "1795252999.0", args: ["6001", "44201"] },
    });
  });

  test("every cut gives the same messages", () => {
    for (const connection of connections) {
      const messages = JSON.stringify(read(connection));
      for (let at = 1; at < connection.length; at += 1)
        expect(JSON.stringify(read(connection.subarray(0, at), connection.subarray(at))), `${at}`).toBe(messages);
    }
  });
});

describe.skipIf(ariPath === null)("Asterisk 20, ARI", () => {
  test("every event is one that is known, or one that charging does not need", () => {
    const lines = readFileSync(ariPath ?? "", "utf8")
      .trimEnd()
      .split("\n");
    const events = lines.map(readAriEvent);
    expect(events.filter(({ kind }) => kind === "malformed")).toEqual([]);
    const others = events.flatMap((event) => (event.kind === "other" ? [event.type] : []));
    expect(new Set(others)).toEqual(new Set(["BridgeDestroyed"]));
    expect(events.filter((event) => "at" in event && event.at === null)).toEqual([]);
    expect(events.filter(({ kind }) => kind === "entered")).toHaveLength(4);
  });
});
