import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { splitRows } from "./split-rows.ts";

test.each<[string, string, [number, ...string[]][], string]>([
  [
    "a,b\nc,d\n",
    ",",
    [
      [1, "a", "b"],
      [2, "c", "d"],
    ],
    "lines",
  ],
  [
    "a,b\r\nc,d",
    ",",
    [
      [1, "a", "b"],
      [2, "c", "d"],
    ],
    "CRLF, no last line end",
  ],
  [
    "a,b\rc,d\r",
    ",",
    [
      [1, "a", "b"],
      [2, "c", "d"],
    ],
    "CR alone",
  ],
  [" a ;\tb \n", ";", [[1, "a", "b"]], "blanks around cells"],
  [
    "a\n\n , \nb\n",
    ",",
    [
      [1, "a"],
      [4, "b"],
    ],
    "blank rows are left out and still counted",
  ],
  ['"a,b",c\n', ",", [[1, "a,b", "c"]], "a delimiter in quotes"],
  ['"a ""x""",c\n', ",", [[1, 'a "x"', "c"]], "doubled quotes"],
  [
    '"93\n94",c\nd,e\n',
    ",",
    [
      [1, "93\n94", "c"],
      [3, "d", "e"],
    ],
    "a line end in quotes",
  ],
  ['5" pipe,c\n', ",", [[1, '5" pipe', "c"]], "a quote inside a bare cell is text"],
])("%j is split (%s)", (text, delimiter, expected) => {
  expect(splitRows(text, delimiter).rows.map(({ line, cells }) => [line, ...cells])).toEqual(expected);
});

test.each([
  ['"a,b\nc,d\ne,f\n', "a quote that never closes"],
  ['"a"x,b\nc,d\ne,f\n', "text behind a closing quote"],
])("%j spoils its own row only (%s)", (text) => {
  const { rows } = splitRows(text, ",");
  expect(rows.map(({ line, fault }) => [line, fault])).toEqual([
    [1, "broken-quoting"],
    [2, undefined],
    [3, undefined],
  ]);
});

test("what a CSV writer wrote is read back", () => {
  const anyCell = fc
    .string({ unit: fc.constantFrom("a", "é", '"', ",", ";", "\n", "1", " b", "x ") })
    .map((text) => text.trim());
  const anyTable = fc.array(fc.tuple(fc.constant("k"), anyCell, anyCell), { minLength: 1 });
  fc.assert(
    fc.property(anyTable, fc.constantFrom(",", ";"), fc.constantFrom("\n", "\r\n"), (table, delimiter, lineEnd) => {
      const text = stringify(table, { delimiter, record_delimiter: lineEnd, quoted: true });
      expect(splitRows(text, delimiter).rows.map(({ cells }) => cells)).toEqual(table);
    }),
  );
});
