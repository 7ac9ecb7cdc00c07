import { describe, expect, test } from "vitest";
import { type CdrVector, readCdrVectors } from "../../../test/support/cdr-vector.ts";
import type { DecodedRow, SwitchFormat } from "../../mediation/decoder.ts";
import { formatNamed } from "../../mediation/registry.ts";
import { readAgain } from "./read-again.ts";

const named = (name: string): SwitchFormat => {
  const format = formatNamed(name);
  if (format === undefined) throw new Error(`no format ${name}`);
  return format;
};

/** A file's header rows and its others, as quarantine keeps them. */
function keep({ format, settings, input }: CdrVector): { preamble: string; rows: DecodedRow[] } {
  const decoder = named(format).open(settings);
  const decoded = [...decoder.push(input), ...decoder.end()];
  const header = decoded.filter(({ outcome }) => outcome.kind === "framing" && outcome.what === "header");
  const rows = decoded.filter(({ outcome }) => outcome.kind !== "framing");
  return { preamble: header.map(({ raw }) => raw).join("\n"), rows };
}

const tap3 = readCdrVectors().filter(({ format }) => format === "tap3");
/** What is wrong with a file as a whole, or with more than one of its records, is not in the text of one. */
const OF_THE_FILE = new Set(["trailer-mismatch", "trailer-missing", "record-not-ber"]);

describe("a TAP event that waits is what it was in its file", () => {
  test.each(tap3.map((vector) => [vector.name, vector] as const))("%s", (_name, vector) => {
    const { preamble, rows } = keep(vector);
    for (const { raw, outcome } of rows) {
      const again = readAgain(named("tap3"), vector.settings, { preamble, raw });
      if (outcome.kind !== "reject") expect(again).toEqual(outcome);
      else if (!OF_THE_FILE.has(outcome.reject.code))
        expect(again).toMatchObject({ reject: { code: outcome.reject.code } });
    }
  });
});

const vector = (name: string): CdrVector => {
  const found = tap3.find((each) => each.name === `tap3/${name}.txt`);
  if (found === undefined) throw new Error(`no vector ${name}`);
  return found;
};
const { settings } = vector("batch");

test("an event may be typed in lines, in upper case, and longer than the list that it came in", () => {
  const { preamble } = keep(vector("audit-mismatch"));
  const [call] = keep(vector("batch")).rows;
  const raw = (call?.raw ?? "").toUpperCase().replaceAll(/(.{40})/g, "$1\n");
  expect(readAgain(named("tap3"), settings, { preamble, raw })).toEqual(call?.outcome);
});

test("totals that did not agree do not agree when they are tried again", () => {
  const { preamble, rows } = keep(vector("audit-mismatch"));
  const again = readAgain(named("tap3"), settings, { preamble, raw: rows.at(-1)?.raw ?? "" });
  expect(again).toMatchObject({ reject: { code: "trailer-mismatch" } });
});

test.each<[string, string, string, string]>([
  // format        text        code               why
  ["tap3", "6e0g", "not-hexadecimal", "a letter too far"],
  ["tap3", "6e006e00", "several-records", "of two records one would be lost"],
  ["asterisk-csv", "a,b\nc,d", "several-records", "in text as well"],
])("%s %j waits on as %s (%s)", (format, raw, code) => {
  const preamble = format === "tap3" ? keep(vector("batch")).preamble : "";
  expect(readAgain(named(format), settings, { preamble, raw })).toMatchObject({ reject: { code } });
});

test("a text without a record is none; that of a file's missing end misses it again", () => {
  expect(readAgain(named("asterisk-csv"), settings, { preamble: "", raw: "" })).toBeNull();
  const again = readAgain(named("tap3"), settings, { preamble: keep(vector("cut-off")).preamble, raw: "" });
  expect(again).toMatchObject({ reject: { code: "trailer-missing" } });
});
