import { expect, test } from "vitest";
import { readElement } from "./read-element.ts";

const nested = (depth: number): string => "<a>".repeat(depth) + "</a>".repeat(depth);

test.each<[string, Record<string, string>, string]>([
  ["<r><a>1</a><b> 2 </b></r>", { a: "1", b: "2", r: "" }, "texts by name, without spaces around them"],
  ["<r><a>1</a><a>2</a></r>", { a: "1", r: "" }, "the first of a name"],
  ["<r><a>x &amp; y</a><b><![CDATA[<z>]]></b></r>", { a: "x & y", b: "<z>", r: "" }, "the five entities and CDATA"],
  ["<r><a/></r>", { a: "", r: "" }, "an empty element"],
  [nested(32), { a: "" }, "the deepest record"],
])("%s gives %o (%s)", (xml, texts) => {
  const read = readElement(xml);
  expect(typeof read === "string" ? read : Object.fromEntries(read)).toEqual(texts);
});

test.each<[string, string]>([
  ["<r><a>1</r>", "unexpected close tag"],
  ["<r>&lol;</r>", "undefined entity"],
  ['<!DOCTYPE r [<!ENTITY lol "x">]><r>&lol;</r>', "document type"],
  ["<r>a & b</r>", "unclosed tag"],
  ["<r/><r/>", "root"],
  ["<r>", "unclosed tag"],
  [nested(33), "nest deeper"],
  ["", "root element"],
])("%s is refused: %s", (xml, said) => {
  expect(readElement(xml)).toEqual(expect.stringContaining(said));
});
