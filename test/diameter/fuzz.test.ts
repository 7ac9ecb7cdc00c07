import { once } from "node:events";
import { expect, test } from "vitest";
import { checkGrammar } from "../../src/protocol/diameter/check-grammar.ts";
import { ANSWER_GRAMMARS, COMMAND, ERROR_GRAMMAR } from "../../src/protocol/diameter/command.ts";
import type { CreditControlAnswer } from "../../src/protocol/diameter/credit-control-answer.ts";
import { MessageSplitter } from "../../src/protocol/diameter/message-splitter.ts";
import { writeErrorAnswer } from "../../src/protocol/diameter/node-messages.ts";
import { envelopeOf, readCreditControl } from "../../src/protocol/diameter/read-credit-control.ts";
import { type DiameterMessage, readMessage } from "../../src/protocol/diameter/read-message.ts";
import { screenRequest } from "../../src/protocol/diameter/screen-request.ts";
import { writeCreditControlAnswer } from "../../src/protocol/diameter/write-credit-control.ts";
import { writeMessage } from "../../src/protocol/diameter/write-message.ts";
import { FUZZ_COUNT, FUZZ_TIMEOUT_MS, fuzzedOctets, inPieces } from "../support/fuzz-octets.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { creditControlRequest, DiameterClient } from "./diameter-client.ts";
import { NODE, open, resultCode, start } from "./server-under-test.ts";
import { vectorCases } from "./vector-cases.ts";

const SEED = 20_261_121;
const MESSAGE_OCTETS_MAX = 4_096;

const BASES = vectorCases().map(({ kind, bytes }) => (kind === "avps" ? framed(bytes) : bytes));
const ANSWER: CreditControlAnswer = { resultCode: 2001, services: [{ resultCode: 2001, granted: { timeS: 30 } }] };
const SCREENING = { host: NODE.host, names: new Set([NODE.host, NODE.realm, "rig.test"]), passesUnknown: false };

/** AVPs in a credit-control request, so that changes reach what stands behind the header. */
function framed(avps: Buffer): Buffer {
  const header = { commandCode: COMMAND.creditControl, applicationId: 4, hopByHopId: 1, endToEndId: 2 };
  const flags = { isRequest: true, isProxiable: true, isError: false, isRetransmission: false };
  const bytes = Buffer.concat([writeMessage({ ...header, ...flags }, []), avps]);
  bytes.writeUIntBE(bytes.length, 1, 3);
  return bytes;
}

/** Sets some three-octet field to the length that it could have, or nearly: random changes seldom hit those. */
function relengthened(octets: Buffer, random: SeededRandom): Buffer {
  const copy = Buffer.from(octets);
  if (copy.length >= 4 && random.once(2)) copy.writeUIntBE(copy.length, 1, 3);
  if (copy.length > 32 && random.once(3)) {
    const at = 20 + 4 * random.below(Math.floor((copy.length - 24) / 4));
    copy.writeUIntBE(Math.max(0, copy.length - at + random.below(9) - 4), at + 5, 3);
  }
  return copy;
}

/** What the server would answer; every request has an answer that is in order. */
function answerTo(message: DiameterMessage): Buffer {
  const envelope = envelopeOf(message);
  const fault = screenRequest(message, SCREENING);
  if (fault !== undefined) return writeErrorAnswer(envelope, NODE, fault);
  const read = readCreditControl(message);
  return read.kind === "fault"
    ? writeErrorAnswer(envelope, NODE, read.fault)
    : writeCreditControlAnswer(read.request, ANSWER, NODE);
}

test(
  `${FUZZ_COUNT} broken streams are cut, read and answered, and none of them breaks anything`,
  () => {
    const random = new SeededRandom(SEED);
    const seen = { messages: 0, faults: 0, answers: 0, broken: 0 };
    for (const octets of fuzzedOctets(BASES, SEED)) {
      const splitter = new MessageSplitter(MESSAGE_OCTETS_MAX);
      for (const piece of inPieces(relengthened(octets, random), random))
        for (const split of splitter.push(piece)) {
          if (split.kind === "broken") {
            seen.broken += 1;
            continue;
          }
          seen.messages += 1;
          const message = readMessage(split.bytes);
          if (message.fault !== undefined) seen.faults += 1;
          if (message.header.commandCode !== COMMAND.creditControl) continue;
          const answer = readMessage(answerTo(message));
          const grammar = answer.header.isError ? ERROR_GRAMMAR : ANSWER_GRAMMARS.get(COMMAND.creditControl);
          seen.answers += 1;
          if (grammar !== undefined && checkGrammar(answer.avps, grammar) !== undefined)
            throw new Error(`no answer in order to ${split.bytes.toString("hex")}`);
        }
    }
    expect(Math.min(seen.messages, seen.faults, seen.answers, seen.broken)).toBeGreaterThan(FUZZ_COUNT / 50);
  },
  FUZZ_TIMEOUT_MS,
);

/** Connections that are sent broken streams: each costs a millisecond or two. */
const CONNECTIONS = 200;

test(`${CONNECTIONS} peers send broken streams, and the server serves the next one`, async () => {
  const { server, port } = await start();
  const random = new SeededRandom(SEED);
  for (const octets of fuzzedOctets(BASES, SEED, CONNECTIONS)) {
    const client = await DiameterClient.open(port);
    const gone = once(client.socket, "close");
    for (const piece of inPieces(relengthened(octets, random), random)) client.socket.write(piece);
    client.socket.end();
    await gone;
  }
  expect(server.counts.get("handler-failed")).toBeUndefined();
  const client = await open(port);
  expect(resultCode(await client.ask(creditControlRequest()))).toBe(2001);
});
