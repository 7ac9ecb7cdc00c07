import { describe, expect, test } from "vitest";
import type { DecodedRow } from "../../src/mediation/decoder.ts";
import { formatNamed } from "../../src/mediation/registry.ts";
import { type CdrVector, describeRow, readCdrVectors } from "../support/cdr-vector.ts";

const vectors = readCdrVectors();

function decode({ format, settings, input }: CdrVector, chunkBytes: number): DecodedRow[] {
  const decoder = formatNamed(format)!.open(settings);
  const rows: DecodedRow[] = [];
  for (let at = 0; at < input.length; at += chunkBytes) rows.push(...decoder.push(input.subarray(at, at + chunkBytes)));
  return [...rows, ...decoder.end()];
}

const isShown = ({ outcome }: DecodedRow): boolean => outcome.kind !== "framing" || outcome.what !== "blank";

test("there are vectors", () => {
  expect(vectors.length).toBeGreaterThan(25);
});

describe.each(vectors.map((vector) => [vector.name, vector.why, vector] as const))("%s: %s", (name, _why, vector) => {
  test("lies in the folder of its format", () => {
    expect(name.startsWith(`${vector.format}/`)).toBe(true);
    expect(formatNamed(vector.format), `a format called ${vector.format}`).toBeDefined();
  });

  test("gives the rows", () => {
    const shown = decode(vector, vector.input.length || 1).filter(isShown);
    expect(shown.map((row, index) => describeRow(row, vector.expected[index] ?? ""))).toEqual(vector.expected);
  });

  test("gives the same rows byte by byte", () => {
    const plain = ({ line, endOffset, raw, outcome }: DecodedRow) => ({ line, endOffset, raw, outcome });
    expect(decode(vector, 1).map(plain)).toEqual(decode(vector, 1 << 20).map(plain));
  });

  test("accounts for every byte", () => {
    const ends = decode(vector, 7).map(({ endOffset }) => endOffset);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(ends.at(-1) ?? 0).toBe(vector.input.length);
  });
});
