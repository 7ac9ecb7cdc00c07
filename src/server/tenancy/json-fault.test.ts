import fc from "fast-check";
import { expect, test } from "vitest";
import { findJsonFault } from "./json-fault.ts";

// biome-ignore format: a table reads by its columns
test.each<[string, number, number, string, string]>([
  // text                 line col reason                                 why
  ['{"a": 1,}',           1, 9,  "nothing follows the comma",            "a comma too many"],
  ['{\n  "a": x\n}',      2, 8,  'unexpected "x"',                       "JSON.parse does not say where this is"],
  ['{\n  "a": "b',        2, 10, "the text ends before it is complete",  "an open text"],
  ["",                    1, 1,  "the text ends before it is complete",  "an empty file"],
  ['{"a": 1} {',          1, 10, 'unexpected "{"',                       "two documents"],
  ["{'a': 1}",            1, 2,  `unexpected "'"`,                       "single quotes"],
  ['{"a": 1.}',           1, 9,  'unexpected "}"',                       "a number without its decimals"],
  ['{"a": -}',            1, 8,  'unexpected "}"',                       "a sign without a number"],
  ['{"a": "\\u12"}',      1, 12, `unexpected "\\""`,                     "half an escape"],
  ['["a\nb"]',            1, 4,  'unexpected "\\n"',                     "a line end within a text"],
])("%j: line %i, column %i, %s (%s)", (text, line, column, reason) => {
  expect(findJsonFault(text)).toEqual({ line, column, reason });
});

test("a JSON text that is cut off anywhere is broken at its end", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, cut) => {
      const text = `[${json}`.slice(0, 1 + (cut % (json.length + 1)));
      const lines = text.split("\n");
      const { line, column } = findJsonFault(text);
      expect([line, column]).toEqual([lines.length, (lines.at(-1) ?? "").length + 1]);
    }),
  );
});
