import { describe, expect, test } from "vitest";
import type { DecodedRow } from "../../src/mediation/decoder.ts";
import { formatNamed } from "../../src/mediation/registry.ts";
import { type CdrVector, readCdrVectors } from "../support/cdr-vector.ts";

/** Places at which each file is cut: most of them near its end, where its last records are. */
const CUTS = 24;

function usageOf({ format, settings }: CdrVector, input: Uint8Array): DecodedRow[] {
  const decoder = formatNamed(format)!.open(settings);
  return [...decoder.push(input), ...decoder.end()].filter(
    ({ outcome }) => outcome.kind === "call" || outcome.kind === "half",
  );
}

/** Another place each time, the same ones in every run; never the whole file. */
function* cutsOf({ input: { length } }: CdrVector): Generator<number> {
  let seed = 42;
  for (let cut = 0; cut < CUTS; cut++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const share = seed / 2 ** 32;
    yield Math.floor(length * (cut % 2 === 0 ? share : 1 - share * share * share));
  }
}

describe("a file that is cut off anywhere has no call that the whole file has not", () => {
  const vectors = readCdrVectors().map((vector) => [vector.name, vector] as const);
  test.each(vectors)("%s", (_name, vector) => {
    const whole = new Set(usageOf(vector, vector.input).map(({ outcome }) => JSON.stringify(outcome)));
    for (const cut of cutsOf(vector)) {
      const rest = vector.input.subarray(0, Math.min(cut, vector.input.length - 1));
      for (const { line, outcome } of usageOf(vector, rest))
        expect(whole, `cut at ${cut}, line ${line}`).toContain(JSON.stringify(outcome));
    }
  });
});
