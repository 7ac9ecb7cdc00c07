import { expect, test } from "vitest";
import { expectEqual, FUZZ_TIMEOUT_MS, fuzzedOctets, inPieces } from "../../../test/support/fuzz-octets.ts";
import { SeededRandom } from "../../../test/support/seeded-random.ts";
import { readTranscripts } from "../../../test/support/transcript-vectors.ts";
import { readCgratesRequest } from "./cgrates-session.ts";
import { readJsonRpc } from "./json-rpc.ts";
import { type JsonDocument, JsonStreamReader } from "./json-stream.ts";
import { readKamailioDialogs, readProfileSize } from "./kamailio-dialog.ts";
import { readOpensipsDialogs } from "./opensips-dialog.ts";
import { readOpensipsEvent } from "./opensips-event.ts";

const SEED = 20_261_121;
const OCTETS_MAX = 1_500;

function read(chunks: readonly Uint8Array[]): JsonDocument[] {
  const reader = new JsonStreamReader(OCTETS_MAX);
  return chunks.flatMap((chunk) => reader.push(chunk));
}

function look(text: string): void {
  const message = readJsonRpc(text);
  if (message.kind === "notification" || message.kind === "request") {
    for (const event of [message.method, "E_ACC_CDR", "E_DLG_STATE_CHANGED"]) readOpensipsEvent(event, message.params);
    for (const method of [message.method, "SessionSv1.TerminateSession"]) readCgratesRequest(method, message.params);
  } else if (message.kind === "result") {
    readKamailioDialogs(message.result);
    readOpensipsDialogs(message.result);
    readProfileSize(message.result);
  }
}

test("whatever comes is read as something, the same however it is cut", { timeout: FUZZ_TIMEOUT_MS }, () => {
  const random = new SeededRandom(SEED);
  const bases = readTranscripts("json-rpc").flatMap(({ received }) =>
    received.length > 0 ? [Buffer.concat(received)] : [],
  );
  for (const octets of fuzzedOctets(bases, SEED)) {
    const documents = read([octets]);
    expectEqual(JSON.stringify(read(inPieces(octets, random))), JSON.stringify(documents), octets);
    for (const document of documents) if (document.kind === "document") look(document.text);
  }
});

test("a document that does not end is left, the same however it is cut", { timeout: FUZZ_TIMEOUT_MS }, () => {
  const random = new SeededRandom(SEED);
  const octets = Buffer.from(`{"id":1,"result":1}{"a":"${"x".repeat(OCTETS_MAX)}"}{"id":2,"result":1}`);
  expect(read([octets]).at(-1)).toEqual({ kind: "broken", reason: "a document is too long" });
  for (let round = 0; round < 20; round += 1) expect(read(inPieces(octets, random))).toEqual(read([octets]));
});
