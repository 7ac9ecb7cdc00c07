import { expect, test } from "vitest";
import { coverRange } from "./codes.ts";
import { findClashes, unfold } from "./unfold-codes.ts";

test.each<[string, [string, string], string[], string[]]>([
  ["no other row", ["9180", "9189"], [], ["918"]],
  ["another country", ["9180", "9189"], ["93"], ["918"]],
  ["a breakout below the range", ["9180", "9189"], ["91855"], ["918"]],
  ["the parent has a price of its own", ["9180", "9183"], ["91"], ["9180", "9181", "9182", "9183"]],
  [
    "the folded prefix is priced too",
    ["370", "379"],
    ["37"],
    ["370", "371", "372", "373", "374", "375", "376", "377", "378", "379"],
  ],
  [
    "a code of the range is priced too",
    ["380", "389"],
    ["385"],
    ["380", "381", "382", "383", "384", "385", "386", "387", "388", "389"],
  ],
])("a range beside %s", (_, [from, to], others, expected) => {
  const rows = [
    { items: coverRange(from, to) },
    ...others.map((prefix) => ({ items: [{ prefix, writtenLength: prefix.length }] })),
  ];
  const clashing = findClashes(rows);
  expect(rows[0]?.items.flatMap((item) => unfold(item, clashing))).toEqual(expected);
});

test("a range is covered by the fewest prefixes", () => {
  const covered = coverRange("44739", "44812").map(({ prefix }) => prefix);
  expect(covered).toEqual(["44739", "4474", "4475", "4476", "4477", "4478", "4479", "4480", "44810", "44811", "44812"]);
});
