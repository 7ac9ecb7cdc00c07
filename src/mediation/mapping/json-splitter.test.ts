import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonSplitter } from "./json-splitter.ts";

function split(text: string, path: readonly string[] = [], recordBytesMax = 1_000, cuts: readonly number[] = []) {
  const seen: string[] = [];
  const bytes = new TextEncoder().encode(text);
  const splitter = new JsonSplitter(path, recordBytesMax, ({ line, endOffset, bytes: piece, fault }) =>
    seen.push(`${line}@${endOffset} ${fault === null ? "" : `!${fault} `}${new TextDecoder().decode(piece)}`),
  );
  let from = 0;
  for (const end of [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]) {
    splitter.push(bytes.subarray(from, end));
    from = Math.max(from, end);
  }
  splitter.end();
  return { seen, isCutOff: splitter.isInDocument };
}

test.each<[string, string[], string[], string]>([
  // input                       path        records                                     why
  ['[{"a":1},{"a":2}]', [], ['1@8 {"a":1}', '1@16 {"a":2}'], "a list of records"],
  ['{"a":1}\n{"a":2}\n', [], ['1@7 {"a":1}', '2@15 {"a":2}'], "documents one after the other"],
  ['{\n"a":\n1}', [], ['1@9 {\n"a":\n1}'], "a document over several lines"],
  ['{"n":2,"calls":[{"a":1}]}', ["calls"], ['1@23 {"a":1}'], "a list inside a document"],
  ['{"d":{"calls":[{"a":1}],"x":[{"b":1}]}}', ["d", "calls"], ['1@22 {"a":1}'], "other lists are passed over"],
  [
    '{"x":{"calls":[{"b":1}]},"calls":[{"a":1}]}',
    ["calls"],
    ['1@41 {"a":1}'],
    "the same key elsewhere is not the path",
  ],
  ['[{"calls":[{"a":1}]},{"calls":[{"a":2}]}]', ["calls"], ['1@18 {"a":1}', '1@38 {"a":2}'], "a list of batches"],
  ['{"call":{"a":1}}', ["call"], ['1@15 {"a":1}'], "one record at the path"],
  ['[{"a":"]}\\""}]', [], ['1@13 {"a":"]}\\""}'], "brackets and quotes in a string"],
  [
    '[1, "x", null]',
    [],
    ["1@3 1", '1@7 "x"', "1@13 null"],
    "elements that are no records are given out, to be rejected",
  ],
  ['[{"a":[},{"a":2}]', [], ['1@8 !broken {"a":[}', '1@16 {"a":2}'], "a bracket is missing: one record is lost"],
  ['[{"a":"x},\n{"a":2}]', [], ['1@11 !broken {"a":"x},', '2@18 {"a":2}'], "a quote is missing: one line is lost"],
  ['[{"a":1', [], ['1@7 !broken {"a":1'], "cut off"],
])("%j at %j (%#: %s)", (input, path, records) => {
  expect(split(input, path).seen).toEqual(records);
});

test("a record beyond the limit keeps its beginning only", () => {
  expect(split(`[{"a":"${"x".repeat(50)}"},{"b":1}]`, [], 10).seen).toEqual([
    '1@59 !too-long {"a":"xxxx',
    '1@67 {"b":1}',
  ]);
});

test("any chunking gives the same records, and broken input never throws", () => {
  const anyJson = fc
    .array(fc.constantFrom("[", "]", "{", "}", '"', "a", ",", ":", "\n", "\r", "1", "\\", '{"a":1}', '"calls":['), {
      maxLength: 50,
    })
    .map((parts) => parts.join(""));
  const anyPath = fc.constantFrom([], ["calls"], ["a", "calls"]);
  fc.assert(
    fc.property(anyJson, anyPath, fc.array(fc.nat(120)), (text, path, cuts) => {
      expect(split(text, path, 20, cuts)).toEqual(split(text, path, 20));
    }),
    { numRuns: 1_000 },
  );
});
