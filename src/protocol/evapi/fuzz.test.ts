import { expect, test } from "vitest";
import { expectEqual, FUZZ_TIMEOUT_MS, fuzzedOctets, inPieces } from "../../../test/support/fuzz-octets.ts";
import { SeededRandom } from "../../../test/support/seeded-random.ts";
import { readTranscripts } from "../../../test/support/transcript-vectors.ts";
import { readKamailioEvent } from "./kamailio-event.ts";
import { type Netstring, NetstringReader, writeNetstring } from "./netstring.ts";

const SEED = 20_261_121;

function read(chunks: readonly Uint8Array[]): Netstring[] {
  const reader = new NetstringReader(10_000);
  return chunks.flatMap((chunk) => reader.push(chunk));
}

test("whatever comes is read as something, the same however it is cut", { timeout: FUZZ_TIMEOUT_MS }, () => {
  const random = new SeededRandom(SEED);
  const bases = readTranscripts("evapi").flatMap(({ received }) =>
    received.length > 0 ? [Buffer.concat(received)] : [],
  );
  for (const octets of fuzzedOctets(bases, SEED)) {
    const messages = read([octets]);
    expectEqual(JSON.stringify(read(inPieces(octets, random))), JSON.stringify(messages), octets);
    for (const message of messages) if (message.kind === "message") readKamailioEvent(message.text);
    // What stands in a netstring that came whole is changed too, or else hardly any event would be.
    readKamailioEvent(octets.toString().replace(/^\d+:/, "").replace(/,$/, ""));
  }
});

test("what was written is read again", { timeout: FUZZ_TIMEOUT_MS }, () => {
  for (const octets of fuzzedOctets([Buffer.from("{}"), Buffer.from("äöü")], SEED, 200)) {
    const text = octets.toString();
    expect(read([Buffer.from(writeNetstring(text) + writeNetstring(text))])).toEqual([
      { kind: "message", text },
      { kind: "message", text },
    ]);
  }
});
