import fc from "fast-check";
import { expect, test } from "vitest";
import { readAhead } from "./read-ahead.ts";

async function allOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251));

test("whatever a server gives at a time, every byte comes once and in order", async () => {
  const anyMost = fc.integer({ min: 3_000, max: 70_000 });
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length + 10), anyMost, async (from, mostBytes) => {
      const read = async (position: number, length: number) =>
        bytes.subarray(position, position + Math.min(length, mostBytes));
      expect((await allOf(readAhead(read, from))).equals(bytes.subarray(from))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test("reads are under way together, and none is left when one fails", async () => {
  let underWay = 0;
  let mostUnderWay = 0;
  const read = async (position: number, length: number) => {
    underWay += 1;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    await new Promise(setImmediate);
    underWay -= 1;
    if (position > 100_000) throw new Error("cut");
    return bytes.subarray(position, position + length);
  };
  await expect(allOf(readAhead(read, 0))).rejects.toThrow("cut");
  expect([mostUnderWay > 10, underWay]).toEqual([true, 0]);
});
