import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DecodedRow, DecoderSettings } from "../../src/mediation/decoder.ts";
import { FORMATS, formatNamed } from "../../src/mediation/registry.ts";
import { readCdrVectors } from "../support/cdr-vector.ts";

const vectors = readCdrVectors();
const RUNS = { numRuns: 150, seed: 20_261_121 };

/** Rows of `bytes` pushed in chunks that end at `cuts`. */
function decode(
  format: string,
  settings: DecoderSettings,
  bytes: Uint8Array,
  cuts: readonly number[] = [],
): DecodedRow[] {
  const decoder = formatNamed(format)!.open(settings);
  const rows: DecodedRow[] = [];
  let from = 0;
  for (const end of [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]) {
    rows.push(...decoder.push(bytes.slice(from, end)));
    from = end;
  }
  return [...rows, ...decoder.end()];
}

const plain = ({ line, endOffset, raw, outcome }: DecodedRow) => ({ line, endOffset, raw, outcome });

interface Mutation {
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array;
}

const anyMutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(4_000),
  remove: fc.nat(30),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc
      .constantFrom(
        '"',
        "\n",
        "\r",
        ",",
        "{",
        "}",
        "]",
        "<",
        ">",
        "&x;",
        "\0",
        "-",
        "\\",
        "é",
        '"\n"',
        "99999999999999999999",
      )
      .map((text) => new TextEncoder().encode(text)),
  ),
});

function mutate(bytes: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  return mutations.reduce((mutated, { at, remove, insert }) => {
    const from = mutated.length === 0 ? 0 : at % mutated.length;
    return Uint8Array.from([...mutated.subarray(0, from), ...insert, ...mutated.subarray(from + remove)]);
  }, bytes);
}

describe.each(FORMATS.map(({ name }) => [name] as const))("%s", (format) => {
  const mine = vectors.filter((vector) => vector.format === format);
  const anyInput = fc.oneof(
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...mine), fc.uint8Array({ maxLength: 300 })) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom(...mine), fc.array(anyMutation, { minLength: 1, maxLength: 5 }))
        .map(([vector, mutations]) => [vector, mutate(vector.input, mutations)] as const),
    },
  );

  test("has vectors", () => {
    expect(mine.length).toBeGreaterThan(0);
  });

  test("never throws on broken bytes, accounts for each of them, and does not depend on chunks", () => {
    fc.assert(
      fc.property(anyInput, fc.array(fc.nat(4_000), { maxLength: 8 }), ([{ settings }, bytes], cuts) => {
        const rows = decode(format, settings, bytes).map(plain);
        let last = 0;
        for (const [index, { endOffset, raw }] of rows.entries()) {
          const isAboutTheFile = raw === "" && index === rows.length - 1;
          expect(endOffset, `row ${index}`).toBeGreaterThanOrEqual(isAboutTheFile ? last : last + 1);
          last = endOffset;
        }
        expect(last).toBe(bytes.length);
        expect(decode(format, settings, bytes, cuts).map(plain)).toEqual(rows);
      }),
      RUNS,
    );
  });

  test("what it hands out as a call can be true", () => {
    fc.assert(
      fc.property(anyInput, ([{ settings }, bytes]) => {
        for (const { outcome } of decode(format, settings, bytes)) {
          if (outcome.kind !== "call") continue;
          const { key, startedAt, answeredAt, endedAt, talkedMs } = outcome.call;
          expect(key).not.toBe("");
          expect(startedAt).toBeLessThanOrEqual(answeredAt ?? endedAt);
          expect(answeredAt ?? startedAt).toBeLessThanOrEqual(endedAt);
          expect(Number.isSafeInteger(talkedMs) && talkedMs >= 0, `${talkedMs}`).toBe(true);
          if (answeredAt === null) expect(talkedMs).toBe(0);
        }
      }),
      RUNS,
    );
  });
});
