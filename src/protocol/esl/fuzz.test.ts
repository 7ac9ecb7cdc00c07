import { expect, test } from "vitest";
import { expectEqual, FUZZ_TIMEOUT_MS, fuzzedOctets, inPieces } from "../../../test/support/fuzz-octets.ts";
import { SeededRandom } from "../../../test/support/seeded-random.ts";
import { readTranscripts } from "../../../test/support/transcript-vectors.ts";
import { readChannelList } from "./channel-list.ts";
import { apiCommand, executeCommand, filterCommand, uuidKillCommand } from "./command.ts";
import { dialString } from "./dial-string.ts";
import { EslFrameReader } from "./frame-reader.ts";
import { readEslMessage } from "./message.ts";
import { readSwitchEvent } from "./switch-event.ts";

const SEED = 20_261_121;

test("whatever comes is read as something, the same however it is cut", { timeout: FUZZ_TIMEOUT_MS }, () => {
  const random = new SeededRandom(SEED);
  const bases = readTranscripts("esl").flatMap(({ received }) =>
    received.length > 0 ? [Buffer.concat(received)] : [],
  );
  for (const octets of fuzzedOctets(bases, SEED)) {
    const messages = read([octets]);
    expectEqual(JSON.stringify(read(inPieces(octets, random))), JSON.stringify(messages), octets);
  }
});

test("a command is one command, whatever its arguments are", { timeout: FUZZ_TIMEOUT_MS }, () => {
  const random = new SeededRandom(SEED);
  for (const octets of fuzzedOctets([Buffer.from("u-1"), Buffer.from("a b"), Buffer.from("\n\napi x")], SEED)) {
    const text = octets.toString();
    const commands = [
      apiCommand([text, text]),
      uuidKillCommand(text, "X"),
      filterCommand("Unique-ID", text),
      executeCommand({ uuid: null, application: "set", argument: text, eventLock: random.once(2) }),
    ];
    for (const command of commands)
      if (command.kind === "command" && command.text.indexOf("\n\n") !== command.text.length - 2)
        expect.fail(JSON.stringify(command));
    const place = dialString([{ via: { kind: "gateway", name: "g" }, number: text, variables: {} }]);
    if (place !== null && !/^sofia\/gateway\/g\/[^,|&${}[\]\s/]*$/.test(place)) expect.fail(place);
  }
});

function read(chunks: readonly Uint8Array[]): unknown[] {
  const reader = new EslFrameReader({ headerOctetsMax: 4_096, headersMax: 100, bodyOctetsMax: 8_192 });
  const messages = chunks.flatMap((chunk) => reader.push(chunk)).map((frame) => readEslMessage(frame));
  return messages.map((message) =>
    "event" in message
      ? [...message.event.headers, readSwitchEvent(message.event)]
      : [message, "text" in message && readChannelList(message.text)],
  );
}
