import { expect, test } from "vitest";
import { readNamePattern } from "./name-pattern.ts";

test.each<[string, string, boolean, string]>([
  ["*", "cdr.csv", true, "anything"],
  ["*", "a/b", false, "but a slash"],
  ["cdr-*.csv", "cdr-1.csv", true, "in the middle"],
  ["cdr-*.csv", "cdr-1.csv.gz", false, "the whole name"],
  ["cdr.csv", "cdrxcsv", false, "a dot is a dot"],
  ["cdr-????.log", "cdr-2026.log", true, "one each"],
  ["cdr[0-9].csv", "cdr7.csv", true, "a set"],
  ["cdr[!0-9].csv", "cdr7.csv", false, "all but a set"],
  ["**/cdr.csv", "2026/03/cdr.csv", true, "over folders"],
  ["a+(b){c}|^$.csv", "a+(b){c}|^$.csv", true, "nothing else has a meaning"],
  ["a[b.csv", "a[b.csv", true, "no set without its end"],
  ["ü?.csv", "ü😀.csv", true, "one character, however long"],
])("%s fits %s: %s (%s)", (pattern, name, fits) => {
  expect(readNamePattern(pattern).test(name)).toBe(fits);
});
