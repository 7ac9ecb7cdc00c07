import { expect } from "vitest";
import { SeededRandom } from "./seeded-random.ts";

/** What parsers trip over: ends, lengths, brackets, escapes, and octets that are no text. */
const TOKENS = [
  ...["\n", "\n\n", "\r\n", "\0", ":", ",", "%", "%0", "%0A", '"', "\\", "{", "}", "[", "]", "(", ")", "&", "="],
  ...["-1", "0", "00", "9", "4294967296", "99999999999999999999", "1e9", "NaN", "__proto__", "null", "ä", "\uFEFF"],
];

const CHANGES_MAX = 6;
/** What the heap may grow by over a run without a leak: garbage that was not collected yet. */
const HEAP_GROWTH_MAX = 128 << 20;
const PIECE_MAX = 64;

/** How many inputs a fuzz test tries: a few thousand, or what TOLLWRIGHT_FUZZ says. */
export const FUZZ_COUNT = Number(process.env.TOLLWRIGHT_FUZZ ?? 2_000);
/** Ten times what an input takes: a long run is not to be cut off on a slow machine. */
export const FUZZ_TIMEOUT_MS = 60_000 + 2 * FUZZ_COUNT;

/**
 * Inputs made of real ones: octets changed, left out, doubled, put in, cut off, two of them joined. The same seed gives
 * the same inputs. Whatever is done with them, the heap must not grow.
 */
export function* fuzzedOctets(bases: readonly Buffer[], seed: number, count = FUZZ_COUNT): Generator<Buffer> {
  const random = new SeededRandom(seed);
  const heapBefore = process.memoryUsage().heapUsed;
  for (let made = 0; made < count; made += 1) {
    let octets: Buffer = Buffer.from(bases[random.below(bases.length)] ?? Buffer.alloc(0));
    const changes = 1 + random.below(CHANGES_MAX);
    for (let change = 0; change < changes; change += 1) octets = changed(octets, bases, random);
    yield octets;
  }
  expect(process.memoryUsage().heapUsed - heapBefore, "heap grown over the run").toBeLessThan(HEAP_GROWTH_MAX);
}

/** Fails unless both are equal. The test runner's own comparison is too slow to be made a million times. */
export function expectEqual(actual: string, expected: string, octets: Buffer): void {
  if (actual !== expected) expect(actual, octets.toString("hex")).toBe(expected);
}

/** The same octets in pieces of any size. */
export function inPieces(octets: Buffer, random: SeededRandom): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < octets.length; ) {
    const size = 1 + random.below(random.once(4) ? octets.length : PIECE_MAX);
    pieces.push(octets.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

function changed(octets: Buffer, bases: readonly Buffer[], random: SeededRandom): Buffer {
  const at = random.below(octets.length + 1);
  const end = Math.min(octets.length, at + random.below(PIECE_MAX));
  const [before, piece, after] = [octets.subarray(0, at), octets.subarray(at, end), octets.subarray(end)];
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([before, Buffer.of(random.below(256)), octets.subarray(at + 1)]);
    case 1:
      return Buffer.concat([before, after]);
    case 2:
      return Buffer.concat([before, piece, piece, after]);
    case 3:
      return Buffer.concat([before, Buffer.from(TOKENS[random.below(TOKENS.length)] ?? ""), octets.subarray(at)]);
    case 4:
      return Buffer.from(before);
    default:
      return Buffer.concat([before, bases[random.below(bases.length)] ?? Buffer.alloc(0)]);
  }
}
