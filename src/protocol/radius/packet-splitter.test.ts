import fc from "fast-check";
import { expect, test } from "vitest";
import { PacketSplitter } from "./packet-splitter.ts";

/** A packet of a length, filled with a digit that tells it from others. */
function packet(length: number, digit: number): Uint8Array {
  const octets = new Uint8Array(length).fill(digit);
  octets.set([length >> 8, length & 0xff], 2);
  return octets;
}

test("packets are the same however the stream is cut", () => {
  const anyLengths = fc.array(fc.integer({ min: 20, max: 4_096 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(anyLengths, fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1 }), (lengths, cuts) => {
      const packets = lengths.map((length, index) => packet(length, index));
      const stream = Uint8Array.from(packets.flatMap((each) => [...each]));
      const splitter = new PacketSplitter();
      const found: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn += 1) {
        const size = cuts[turn % cuts.length] as number;
        found.push(...splitter.push(stream.subarray(at, at + size)));
        at += size;
      }
      expect(found).toEqual(packets);
      expect(splitter.isBroken).toBe(false);
    }),
  );
});

test.each<[number, string]>([
  // length, why
  [0, "nothing"],
  [19, "less than a head"],
  [4_097, "more than a packet may have"],
  [65_535, "what a stream of text or of TLS looks like"],
])("a length of %i ends the stream, after the packets before it (%s)", (length) => {
  const splitter = new PacketSplitter();
  const broken = Uint8Array.of(1, 1, length >> 8, length & 0xff);
  expect(splitter.push(Uint8Array.of(...packet(20, 7), ...broken))).toEqual([packet(20, 7)]);
  expect(splitter.isBroken).toBe(true);
  expect(splitter.push(packet(20, 7))).toEqual([]);
});
