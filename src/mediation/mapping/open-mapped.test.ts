import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Problem } from "../../core/problem.ts";
import { epochMs } from "../../core/time/epoch.ts";
import type { DecoderSettings } from "../decoder.ts";
import { openMapped } from "./open-mapped.ts";

const SETTINGS: DecoderSettings = {
  timeZone: "UTC",
  fold: "earlier",
  mapping: null,
  receivedAt: epochMs(Date.UTC(2027, 0, 1)),
  futureToleranceS: 0,
};

const GOOD = {
  layout: { kind: "csv", columns: ["id", "to", "at", "s"] },
  key: "id",
  called: "to",
  startedAt: { column: "at", format: "epoch-s" },
  talked: { column: "s", unit: "s" },
};

function problemOf(mapping: unknown): string {
  try {
    openMapped(mapping, SETTINGS);
  } catch (error) {
    if (error instanceof Problem && error.code === "mapping-invalid") return error.what;
    throw error;
  }
  return "none";
}

const time = (more: object) => ({ ...GOOD, startedAt: { column: "at", ...more } });
const layout = (more: object) => ({ ...GOOD, layout: { kind: "csv", columns: ["id", "to", "at", "s"], ...more } });

test.each<[unknown, string, string]>([
  // mapping                                      what                                                          why
  [GOOD, "none", "the mapping that the others spoil"],
  [null, "Mapping, at the top: null is not an object.", "nothing at all"],
  [[], "Mapping, at the top: [] is not an object.", "a list"],
  [{}, 'Mapping, at the top: "layout" is missing.', "an empty object"],
  [{ ...GOOD, caling: "x" }, 'Mapping, at the top: "caling" is not known here.', "a misspelt key is not passed over"],
  [{ ...GOOD, key: "uid" }, 'Mapping, at the top: there is no column "uid".', "a column that layout.columns lacks"],
  [{ ...GOOD, key: 0 }, "Mapping, at key: 0 is not a whole number from 1 to 4096.", "columns count from 1"],
  [
    { ...GOOD, key: { column: "id", constant: "x" } },
    "Mapping, at key: a value has one source, this one has 2.",
    "two sources",
  ],
  [
    { ...GOOD, key: { template: "id" } },
    "Mapping, at key.template: a template needs columns in braces.",
    "a key that is the same for all",
  ],
  [
    { ...GOOD, key: { column: "id", as: "md5" } },
    'Mapping, at key.as: "md5" is not one of the choices.',
    "an unknown conversion",
  ],
  [
    { layout: GOOD.layout, key: "id", called: "to", talked: GOOD.talked },
    "Mapping, at the top: no time tells when a call starts.",
    "no start",
  ],
  [
    { layout: GOOD.layout, key: "id", called: "to", startedAt: GOOD.startedAt },
    "Mapping, at the top: nothing tells how long a call is.",
    "no length",
  ],
  [time({}), 'Mapping, at startedAt: "format" is missing.', "no format"],
  [
    time({ format: "yyyy-mm-dd" }),
    'Mapping, at startedAt.format: "yyyy-mm-dd" is no date and time pattern: no month (MM, M or MMM).',
    "minutes are no months",
  ],
  [time({ format: "iso-8601", zone: "CST" }), 'Mapping, at startedAt.zone: "CST" is no time zone.', "an abbreviation"],
  [
    time({ format: "iso-8601", zones: { CST: "Chicago" } }),
    'Mapping, at startedAt.zones.CST: "Chicago" is no time zone.',
    "a meaning that has none",
  ],
  [{ ...GOOD, timeZone: "Mars/Olympus" }, 'Mapping, at timeZone: "Mars/Olympus" is no time zone.', "an unknown zone"],
  [
    { ...GOOD, talked: { column: "s", unit: "sec" } },
    'Mapping, at talked.unit: "sec" is not one of the choices.',
    "an unknown unit",
  ],
  [
    { ...GOOD, answered: { column: "s" } },
    "Mapping, at answered: a condition makes one test, this one makes 0.",
    "a condition without test",
  ],
  [{ ...GOOD, answered: { any: [] } }, "Mapping, at answered.any: 0 conditions.", "a condition of nothing"],
  [
    { ...GOOD, answered: { column: "s", matches: "(a+)+" } },
    'Mapping, at answered: "matches" is not known here.',
    "no regular expressions",
  ],
  [
    { ...GOOD, cause: { q850: "s", words: { BUSY: { q850: 200 } } } },
    "Mapping, at cause.words.BUSY.q850: 200 is not a whole number from 0 to 127.",
    "no Q.850 cause",
  ],
  [
    { ...GOOD, rows: { nonBillable: [{ when: { column: "s", empty: true } }] } },
    'Mapping, at rows.nonBillable[0]: "why" is missing.',
    "an unexplained rule",
  ],
  [{ ...GOOD, part: { sequence: "s" } }, 'Mapping, at part: "last" is missing.', "parts without an end"],
  [layout({ delimiter: ", " }), 'Mapping, at layout.delimiter: ", " cannot separate columns.', "two characters"],
  [layout({ delimiter: '"' }), 'Mapping, at layout.delimiter: "\\"" cannot separate columns.', "a quote"],
  [layout({ header: true }), "Mapping, at layout: a file with a header names its own columns.", "two sources of names"],
  [
    layout({ columns: [["id"], ["at"]] }),
    "Mapping, at layout.columns: two shapes have 1 columns.",
    "shapes that cannot be told apart",
  ],
  [
    { ...GOOD, layout: { kind: "xml" } },
    'Mapping, at layout.kind: "xml" is not one of the choices.',
    "an unknown layout",
  ],
  [
    { ...GOOD, layout: { kind: "fixed-width", columns: { id: [3, 2] } } },
    "Mapping, at layout.columns.id[1]: 2 is not a whole number from 3 to 65536.",
    "a range that ends before it starts",
  ],
  [
    { ...GOOD, key: 1, layout: { kind: "ndjson" } },
    "Mapping, at the top: column 1 is a number, but a json file has names only.",
    "numbers in JSON",
  ],
  [
    JSON.parse('{ "__proto__": { "layout": {} }, "key": "id" }'),
    'Mapping, at the top: "__proto__" is not known here.',
    "no way to a prototype",
  ],
])("%j: %s (%s)", (mapping, what) => {
  expect(problemOf(mapping)).toBe(what);
});

describe("every example of the reference page", () => {
  const page = readFileSync(new URL("../../../docs/reference/cdr-mapping.md", import.meta.url), "utf8");
  const examples = page
    .split(/^### /m)
    .flatMap((section) => [[section.split("\n")[0], section.split("```json\n")[1]?.split("```")[0]] as const])
    .filter(([, json]) => json?.includes('"layout"'));

  test.each(examples)("%s", (_title, json) => {
    expect(problemOf(JSON.parse(json ?? ""))).toBe("none");
  });

  test("is found", () => {
    expect(examples.length).toBeGreaterThanOrEqual(4);
  });
});

test.each<[object, string, string, string]>([
  // columns                                          last line        what becomes of it   why
  [["id", "to", "at", "s"], "1,44207,1767225600,60", "line-end-missing", "a digit of the last column may be missing"],
  [["id", "to", "at", "s", "note"], "1,44207,1767225600,60,no", "call", "nothing is read from what may be cut off"],
  [["id", "to", "at", "s", "note"], "1,44207,1767225600,60,", "call", "nor from nothing"],
  [
    ["id", "to", "at", "s", "note"],
    "1,44207,1767225600,60",
    "trailer-missing",
    "a column may be cut off and another missing",
  ],
  [["id", "to", "at", "s"], '1,44207,1767225600,"60"', "call", "closing quotes are an end"],
])("the last line of a file without line end: %j, %s is %s (%s)", (columns, line, expected) => {
  const decoder = openMapped({ ...GOOD, layout: { kind: "csv", columns } }, SETTINGS);
  const rows = [
    ...decoder.push(Buffer.from(`0,44208,1767225600,10${",".repeat(Object.keys(columns).length - 4)}\n${line}`)),
  ];
  const last = [...rows, ...decoder.end()].at(-1)?.outcome;
  expect(last?.kind === "reject" ? last.reject.code : last?.kind).toBe(expected);
});

test("a row whose whole text is its key waits for the rest of it, whatever is read", () => {
  const columns = ["to", "at", "s", "note"];
  const decoder = openMapped({ ...GOOD, key: "record", layout: { kind: "csv", columns } }, SETTINGS);
  const rows = [...decoder.push(Buffer.from("44207,1767225600,60,no")), ...decoder.end()];
  expect(rows.map(({ outcome }) => outcome)).toMatchObject([{ kind: "reject", reject: { code: "line-end-missing" } }]);
});
