import { expect, test } from "vitest";
import { expectEqual, FUZZ_TIMEOUT_MS, fuzzedOctets, inPieces } from "../../../test/support/fuzz-octets.ts";
import { SeededRandom } from "../../../test/support/seeded-random.ts";
import { readTranscripts } from "../../../test/support/transcript-vectors.ts";
import * as commands from "./agi-command.ts";
import { AgiReader } from "./agi-reader.ts";
import { readAriEvent } from "./ari-event.ts";
import { readAriOutcome } from "./ari-request.ts";

const SEED = 20_261_121;

const basesOf = (folder: string): Buffer[] =>
  readTranscripts(folder).flatMap(({ received }) => (received.length > 0 ? [Buffer.concat(received)] : []));

function read(chunks: readonly Uint8Array[]): string {
  const reader = new AgiReader();
  return JSON.stringify([chunks.flatMap((chunk) => reader.push(chunk)), reader.isInMessage]);
}

test("whatever comes is read as something, the same however it is cut", { timeout: FUZZ_TIMEOUT_MS }, () => {
  const random = new SeededRandom(SEED);
  for (const octets of fuzzedOctets(basesOf("agi"), SEED))
    expectEqual(read(inPieces(octets, random)), read([octets]), octets);
});

test("a line that does not end is left, the same however it is cut", { timeout: FUZZ_TIMEOUT_MS }, () => {
  const random = new SeededRandom(SEED);
  const octets = Buffer.from(`agi_uniqueid: 1\n\nHANGUP\n200 result=1 (${"x".repeat(40_000)}\n200 result=1\n`);
  expect(read([octets])).toContain("a line is too long");
  for (let round = 0; round < 20; round += 1) expect(read(inPieces(octets, random))).toBe(read([octets]));
});

test("events and answers are read as something", { timeout: FUZZ_TIMEOUT_MS }, () => {
  for (const octets of fuzzedOctets(basesOf("agi/ari"), SEED)) {
    readAriEvent(octets.toString());
    expectEqual(readAriOutcome(500, octets.toString()).kind, "failed", octets);
  }
});

test("a command is one line, whatever its arguments are", { timeout: FUZZ_TIMEOUT_MS }, () => {
  for (const octets of fuzzedOctets([Buffer.from("a b"), Buffer.from("1,2&3"), Buffer.from('"\\\nEXEC')], SEED)) {
    const text = octets.toString();
    const target = { technology: "PJSIP", trunk: "t", number: text } as const;
    for (const command of [
      commands.setVariableCommand(text, text),
      commands.setVariableCommand("X", text),
      commands.execCommand(text, text),
      commands.verboseCommand(text, 1),
      commands.getValuesCommand([text]),
      commands.dialCommand({ targets: commands.readDialTargets(text) ?? [], ringS: 1, limitMs: 1, warningMs: 0 }),
      commands.dialCommand({ targets: [target], ringS: 1, limitMs: 1, warningMs: 0 }),
    ])
      if (command.kind === "command" && command.text.indexOf("\n") !== command.text.length - 1)
        expect.fail(JSON.stringify(command));
  }
});
