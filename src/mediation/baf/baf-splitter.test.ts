import fc from "fast-check";
import { expect, test } from "vitest";
import { type BafPiece, BafSplitter } from "./baf-splitter.ts";

interface Cut {
  readonly kind: BafPiece["kind"];
  readonly bytes: string;
}

/** Pieces of `bytes`, pushed in chunks of `chunkBytes`; filler left out. */
function piecesOf(bytes: Uint8Array, chunkBytes: number): Cut[] {
  const pieces: Cut[] = [];
  const splitter = new BafSplitter(({ kind, bytes: piece }) => {
    if (kind !== "filler") pieces.push({ kind, bytes: piece.toHex() });
  });
  for (let at = 0; at < bytes.length; at += chunkBytes) splitter.push(bytes.slice(at, at + chunkBytes));
  splitter.end();
  return pieces;
}

const descriptor = (length: number): number[] => [length >> 8, length & 0xff, 0, 0];
/** A field: an odd number of digits and the sign. */
const anyField = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 5 }), fc.integer({ min: 0, max: 9 }))
  .map(([pairs, last]) => [...pairs.map((pair) => Math.floor(pair / 10) * 16 + (pair % 10)), last * 16 + 0xc]);
const anyRecord = fc
  .array(anyField, { minLength: 12, maxLength: 60 })
  .map((fields) => [0xaa, 0x00, 0x00, 0x1c, ...fields.flat()])
  .map((body) => Uint8Array.from([...descriptor(body.length + 4), ...body]));
const anyFiller = fc.constantFrom([], [0xaa], Array(7).fill(0xaa), Array(4).fill(0), Array(2_048).fill(0));

/** How records are put into a file: in blocks or one by one, filled up or not. */
const anyFile = fc.array(fc.record({ record: anyRecord, inBlock: fc.boolean(), filler: anyFiller }), { maxLength: 12 });

test("every record that was written is read, in blocks or not, filled up or not, whatever the chunks", () => {
  fc.assert(
    fc.property(anyFile, fc.integer({ min: 1, max: 64 }), (parts, chunkBytes) => {
      const bytes = parts.flatMap(({ record, inBlock, filler }) => [
        ...(inBlock ? descriptor(record.length + 4) : []),
        ...record,
        ...filler,
      ]);
      const written = parts.map(({ record }) => ({ kind: "record", bytes: record.toHex() }));
      expect(piecesOf(Uint8Array.from(bytes), chunkBytes)).toEqual(written);
    }),
    { seed: 20_261_121, numRuns: 200 },
  );
});

test("a length that was damaged costs its own record", () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { minLength: 3, maxLength: 8 }), fc.nat(), fc.nat(255), (records, which, byte) => {
      const damaged = records.map((record) => record.slice());
      const at = which % (records.length - 1);
      damaged[at]![1] = byte;
      const read = piecesOf(Uint8Array.from(damaged.flatMap((record) => [...record])), 50);
      const good = new Set(read.filter(({ kind }) => kind === "record").map(({ bytes }) => bytes));
      for (const [index, record] of records.entries())
        if (index !== at) expect(good.has(record.toHex()), `record ${index} of ${records.length}`).toBe(true);
    }),
    { seed: 20_261_121, numRuns: 200 },
  );
});
