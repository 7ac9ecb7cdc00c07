import { describe, expect, test } from "vitest";
import type { DecodedRow } from "../../src/mediation/decoder.ts";
import { formatNamed } from "../../src/mediation/registry.ts";
import { readAgain } from "../../src/server/mediation/read-again.ts";
import { type CdrVector, readCdrVectors } from "../support/cdr-vector.ts";

/** Rows of a vector that were read, each with the header rows before it, as a file keeps them. */
function rowsOf({ format, settings, input }: CdrVector): { readonly row: DecodedRow; readonly preamble: string }[] {
  const decoder = formatNamed(format)!.open(settings);
  let preamble = "";
  const rows: { row: DecodedRow; preamble: string }[] = [];
  for (const row of [...decoder.push(input), ...decoder.end()]) {
    const { outcome, raw } = row;
    if (outcome.kind === "call" || outcome.kind === "half") rows.push({ row, preamble });
    else if (outcome.kind === "framing" && (outcome.what === "header" || outcome.what === "type-row"))
      preamble = preamble === "" ? raw : `${preamble}\n${raw}`;
  }
  return rows;
}

/** Equal records of a file are numbered, and read alone each is the first. */
const withoutNumber = (key: string): string => key.replace(/^([0-9a-f]{32})-\d+$/, "$1");

describe("a row that was kept is read again as it was, after the headers of its file", () => {
  const vectors = readCdrVectors().map((vector) => [vector.name, vector] as const);
  test.each(vectors)("%s", (_name, vector) => {
    for (const { row, preamble } of rowsOf(vector)) {
      const again = readAgain(formatNamed(vector.format)!, vector.settings, { preamble, raw: row.raw });
      const { outcome } = row;
      const expected =
        outcome.kind === "call"
          ? { ...outcome, call: { ...outcome.call, key: withoutNumber(outcome.call.key) } }
          : outcome;
      expect(again, `line ${row.line}`).toEqual(expected);
    }
  });
});
