import { describe, expect, test } from "vitest";
import type { RowOutcome } from "../../src/mediation/decoder.ts";
import { formatNamed } from "../../src/mediation/registry.ts";
import { readAgain } from "../../src/server/mediation/read-again.ts";
import { readCdrVectors } from "../support/cdr-vector.ts";

/** What a row's kept text cannot show: how its file went on or ended, and how long its other rows were. */
const OF_THE_FILE: ReadonlySet<string> = new Set([
  "trailer-missing",
  "trailer-mismatch",
  "line-end-missing",
  "broken-quoting",
  "column-count",
]);

const fateOf = (outcome: RowOutcome): string =>
  outcome.kind === "reject" ? `reject ${outcome.reject.code}` : outcome.kind;

/** Equal records of a file without a key of their own are numbered, and read alone each is the first. */
function withoutNumber(outcome: RowOutcome): RowOutcome {
  if (outcome.kind !== "call") return outcome;
  return { ...outcome, call: { ...outcome.call, key: outcome.call.key.replace(/^([0-9a-f]{32})-\d+$/, "$1") } };
}

describe("a row that is read again by itself, as quarantine keeps it, becomes what it was in its file", () => {
  const vectors = readCdrVectors().map((vector) => [vector.name, vector] as const);
  test.each(vectors)("%s", (_name, { format: name, settings, input }) => {
    const format = formatNamed(name)!;
    const decoder = format.open(settings);
    const rows = [...decoder.push(input), ...decoder.end()];
    const header = rows.filter(({ outcome }) => outcome.kind === "framing" && /header|type-row/.test(outcome.what));
    const preamble = header.map(({ raw }) => raw).join("\n");
    for (const { raw, line, outcome } of rows) {
      if (outcome.kind === "framing" || raw === "") continue;
      if (outcome.kind === "reject" && OF_THE_FILE.has(outcome.reject.code)) continue;
      const again = readAgain(format, settings, { preamble, raw });
      // A list in place of a record is told apart only here; a line that names nothing may be a header, too.
      const isOther = again === null || (again.kind === "reject" && again.reject.code === "several-records");
      if (isOther) expect(outcome.kind).toBe("reject");
      else expect(fateOf(again), `line ${line}`).toBe(fateOf(outcome));
      if (outcome.kind === "call" || outcome.kind === "half")
        expect(again && withoutNumber(again), `line ${line}`).toEqual(withoutNumber(outcome));
    }
  });
});
