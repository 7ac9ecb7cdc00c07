import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PageForm, pageFormOf, pageText } from "./page-text.ts";

const form = (mapping: unknown) => pageFormOf({ config: { mapping } as Parameters<typeof pageFormOf>[0]["config"] });

describe("the form of a page", () => {
  test.each<[unknown, PageForm | undefined, string]>([
    // mapping                                                   form                                  why
    [null, { kind: "csv", delimiter: "," }, "a format that finds columns by their names"],
    [{ delimiter: ";" }, { kind: "csv", delimiter: ";" }, "one whose delimiter is set"],
    [{ layout: { kind: "csv", header: true } }, { kind: "csv", delimiter: "," }, "a mapping with a header"],
    [{ layout: { kind: "csv" } }, undefined, "one without: nobody can say which column is which"],
    [{ layout: { kind: "ndjson" } }, { kind: "ndjson" }, "documents, one a line"],
    [{ layout: { kind: "json", records: "a" } }, undefined, "a list inside of a document is none of lines"],
  ])("for %j is %j (%s)", (mapping, wanted) => {
    expect(form(mapping)).toEqual(wanted);
  });
});

const anyText = fc.string().map((text) => text.replace(/[\r\n\0]/g, ""));
const anyPage = fc
  .integer({ min: 1, max: 4 })
  .chain((width) => fc.array(fc.array(fc.option(anyText), { minLength: width, maxLength: width }), { minLength: 1 }));

test("every value of a page comes back out of its CSV, and every row is a line", () => {
  fc.assert(
    fc.property(anyPage, (values) => {
      const columns = values[0]?.map((_, index) => `c${index}`) ?? [];
      const rows = values.map((row) => ({ values: row, position: 0n }));
      const text = pageText({ kind: "csv", delimiter: ";" }, { columns, rows });
      expect(text.split("\n")).toHaveLength(rows.length + 2);
      const read: string[][] = parse(text, { delimiter: ";", relax_quotes: false, skip_empty_lines: false });
      expect(read).toEqual([columns, ...values.map((row) => row.map((value) => value ?? ""))]);
    }),
  );
});

test("NULL is left out of a document, and a line break is a space", () => {
  const rows = [{ values: ["1", null, "a\r\nb"], position: 0n }];
  expect(pageText({ kind: "ndjson" }, { columns: ["id", "dst", "note"], rows })).toBe('{"id":"1","note":"a b"}\n');
});
