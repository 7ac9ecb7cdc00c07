import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CsvDialect, RFC_4180 } from "./dialect.ts";
import { CSV_LIMITS, type CsvLimits, CsvTokenizer } from "./tokenizer.ts";

interface Seen {
  readonly line: number;
  readonly endOffset: number;
  readonly fields: readonly string[];
  readonly fault: string | null;
  readonly raw: string;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Tokenizes `bytes` cut at `cuts`, overwriting each chunk after its push, as a reader that reuses its buffer does. */
function tokenize(
  bytes: Uint8Array,
  { dialect = RFC_4180, cuts = [], limits = CSV_LIMITS, expectedFields = null as number | null } = {} as {
    dialect?: CsvDialect;
    cuts?: readonly number[];
    limits?: CsvLimits;
    expectedFields?: number | null;
  },
): Seen[] {
  const seen: Seen[] = [];
  const raws: (() => string)[] = [];
  const tokenizer = new CsvTokenizer(
    dialect,
    "auto",
    (record) => {
      const raw = record.raw();
      raws.push(() => (typeof raw === "string" ? raw : raw.text.substring(raw.start, raw.end)));
      const { line, endOffset, fault } = record;
      seen.push({ line, endOffset, fault, fields: record.fields(), raw: "" });
    },
    limits,
  );
  tokenizer.expectedFields = expectedFields;
  const ends = [...new Set(cuts)].filter((cut) => cut < bytes.length).sort((a, b) => a - b);
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    const chunk = bytes.slice(from, end);
    tokenizer.push(chunk);
    chunk.fill(0x58);
    from = end;
  }
  tokenizer.end();
  return seen.map((record, index) => ({ ...record, raw: raws[index]!() }));
}

const shape = (seen: readonly Seen[]) =>
  seen.map(({ fields, fault }) => (fault === null ? fields.join("¦") : `!${fault}`));

const UNESCAPED: CsvDialect = { delimiter: ",", quoting: "unescaped", newlinesInQuotes: false, trim: false };
const BACKSLASH: CsvDialect = { delimiter: ",", quoting: "backslash", newlinesInQuotes: false, trim: false };
const TRIMMED: CsvDialect = { delimiter: ";", quoting: "doubled", newlinesInQuotes: true, trim: true };

test.each<[string, CsvDialect, string[], string]>([
  // input                        dialect    records                               why
  ["a,b\nc,d\n", RFC_4180, ["a¦b", "c¦d"], "LF"],
  ["a,b\r\nc,d", RFC_4180, ["a¦b", "c¦d"], "CR LF, the last line not ended"],
  ["a,b\rc,d\r", RFC_4180, ["a¦b", "c¦d"], "CR only, as old exports write"],
  ["a\nb\r\nc\rd\n", RFC_4180, ["a", "b", "c", "d"], "three line ends in one file"],
  ["\uFEFFa,b\n", RFC_4180, ["a¦b"], "a byte-order mark is not part of the first field"],
  ["a,,\n", RFC_4180, ["a¦¦"], "empty fields count"],
  ['"a,b","c""d"\n', RFC_4180, ['a,b¦c"d'], "delimiter and doubled quote inside quotes"],
  ['"a\nb",c\nd,e\n', RFC_4180, ["a\nb¦c", "d¦e"], "a line end inside quotes"],
  ['a"b,c\n', RFC_4180, ['a"b¦c'], "a quote inside an unquoted field is text"],
  ['"a"b,c\nd,e\n', RFC_4180, ["!broken-quoting", "d¦e"], "text after a closing quote: only this line is lost"],
  ['"a,b\nc,d\n', RFC_4180, ["!broken-quoting", "c¦d"], "never closed: the file is not swallowed"],
  ['"a "b" c","d"\n', UNESCAPED, ['a "b" c¦d'], "FreeSWITCH escapes nothing"],
  ['"","x"\n', UNESCAPED, ["¦x"], "an empty quoted field"],
  ['"a,"b"\n"c","d"\n', UNESCAPED, ['a,"b', "c¦d"], "a lost quote joins two fields; the field count tells"],
  ['"a","b\n"c","d"\n', UNESCAPED, ["!broken-quoting", "c¦d"], "a quote open at the line end"],
  ["a\\,b,c\\\\\n", BACKSLASH, ["a,b¦c\\"], "BroadWorks: no quotes, escaped delimiter and backslash"],
  ['"a\\"b",c\n', BACKSLASH, ['a"b¦c'], "an escaped quote"],
  ["a\\\nb\n", BACKSLASH, ["a\\", "b"], "a backslash does not escape a line end"],
  ['a ; "b ;c" ; d\n', TRIMMED, ["a¦b ;c¦d"], "spaces around fields and quotes"],
  ["é;ü\n", TRIMMED, ["é¦ü"], "UTF-8"],
  ["a,b\0\nc,d\n", RFC_4180, ["!not-text", "c¦d"], "a NUL byte is not text"],
  ["", RFC_4180, [], "an empty file"],
  ["\n\n", RFC_4180, ["", ""], "blank lines are records of one empty field"],
])("%j is cut right (%#: %s)", (input, dialect, records) => {
  expect(shape(tokenize(bytesOf(input), { dialect }))).toEqual(records);
});

test("Latin-1 bytes that are no UTF-8 are read as Latin-1, field by field", () => {
  const bytes = Uint8Array.of(0x4d, 0xfc, 0x2c, 0xc3, 0xbc, 0x0a); // "Mü" in Latin-1, "ü" in UTF-8
  expect(tokenize(bytes)[0]!.fields).toEqual(["Mü", "ü"]);
});

describe("limits", () => {
  const limits: CsvLimits = { recordBytesMax: 20, recordLinesMax: 3 };
  test.each<[string, string[], string]>([
    [`${"x".repeat(20)}\na\n`, ["x".repeat(20), "a"], "exactly the limit"],
    [`${"x".repeat(21)}\na\n`, ["!record-too-long", "a"], "one byte more"],
    [`${"x".repeat(999)}`, ["!record-too-long"], "never ended"],
    ['"1\n2\n3"\na\n', ["1\n2\n3", "a"], "as many lines as allowed"],
    ['"1\n2\n3\n4"\na\n', ["!broken-quoting", "2", "3", '4"', "a"], "one line more: resynchronised at the second line"],
    [
      `"1\n${"x".repeat(20)}"\na\n`,
      ["!broken-quoting", "!record-too-long", "a"],
      "too long, but its first line is not",
    ],
  ])("%j (%#: %s)", (input, records) => {
    expect(shape(tokenize(bytesOf(input), { limits }))).toEqual(records);
  });

  test("a quote that joins lines into a wrong number of fields is broken", () => {
    const seen = tokenize(bytesOf('a,"b\nc,d\ne,f",g\nh,i\n'), { expectedFields: 2 });
    expect(shape(seen)).toEqual(["!broken-quoting", "c¦d", 'e¦f"¦g', "h¦i"]);
  });
});

const anyText = fc
  .array(fc.constantFrom('"', ",", "\n", "\r", "\r\n", "a", "bc", "é", "€", "\\", " ", "\0", "long long long text"), {
    maxLength: 60,
  })
  .map((parts) => bytesOf(parts.join("")));
const anyBytes = fc.oneof(anyText, fc.uint8Array({ maxLength: 200 }));
const anyDialect = fc.constantFrom(RFC_4180, UNESCAPED, BACKSLASH, TRIMMED);
const anyLimits = fc.constantFrom(CSV_LIMITS, { recordBytesMax: 20, recordLinesMax: 3 });

test("any chunking gives the same records", () => {
  fc.assert(
    fc.property(anyBytes, anyDialect, anyLimits, fc.array(fc.nat(200)), (bytes, dialect, limits, cuts) => {
      expect(tokenize(bytes, { dialect, limits, cuts })).toEqual(tokenize(bytes, { dialect, limits }));
    }),
    { numRuns: 2_000 },
  );
});

test("records' ends increase strictly up to the file's size, and raw texts with their ends are the file", () => {
  fc.assert(
    fc.property(anyText, anyDialect, anyLimits, (bytes, dialect, limits) => {
      const seen = tokenize(bytes, { dialect, limits });
      let last = 0;
      for (const { endOffset, raw, fault } of seen) {
        expect(endOffset).toBeGreaterThan(last);
        const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(last, endOffset));
        if (fault !== "record-too-long") expect(text.replace(/^\uFEFF/, "").replace(/(\r\n|\r|\n)$/, "")).toBe(raw);
        last = endOffset;
      }
      expect(last).toBe(bytes.length);
    }),
    { numRuns: 1_000 },
  );
});

test("a line of 64 MiB is set aside with flat memory, and the next one is read", () => {
  const seen: string[] = [];
  let bytesKept = 0;
  const tokenizer = new CsvTokenizer(RFC_4180, "auto", (record) => {
    const raw = record.raw();
    bytesKept = Math.max(bytesKept, typeof raw === "string" ? raw.length : raw.text.length);
    seen.push(`${record.line} ${record.fault ?? record.fields().join("¦")}`);
  });
  const chunk = new Uint8Array(1 << 16).fill(0x61);
  for (let i = 0; i < 1_024; i++) tokenizer.push(chunk);
  tokenizer.push(bytesOf("\nb,c\n"));
  tokenizer.end();
  expect(seen).toEqual(["1 record-too-long", "2 b¦c"]);
  expect(bytesKept).toBeLessThanOrEqual(1 << 16);
});
