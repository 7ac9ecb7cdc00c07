import { expect, test } from "vitest";
import { compileNamePattern } from "./name-pattern.ts";

const MINUTES = Date.UTC(2026, 2, 2, 10, 15) / 60_000;

test.each<[string, string, object | null, string]>([
  // pattern  name  parts  why
  [
    "CD{stream:10}{number:5}*",
    "CDGBRAAUSABB00417.tap",
    { stream: "GBRAAUSABB", number: 417, clockMinutes: null },
    "TAP3",
  ],
  ["CD{stream:10}{number:5}*", "TDGBRAAUSABB00417", null, "a test file is of another series"],
  [
    "cdr_{stream}_{YYYY}{MM}{DD}{hh}{mm}_{number}",
    "cdr_StandAlone_01_202603021015_417",
    { stream: "StandAlone_01", number: 417, clockMinutes: MINUTES },
    "CUCM: an underscore in the stream",
  ],
  ["{YYYY}{MM}{DD}{hh}.txt", "2026030210.txt", { stream: "", number: null, clockMinutes: MINUTES - 15 }, "VOS3000"],
  ["{YYYY}{MM}{DD}{hh}.txt", "2026023010.txt", null, "30 February"],
  ["{YYYY}{MM}{DD}{hh}.txt", "2026030210.txt.gz", null, "more than the pattern"],
  ["a+b.{number}", "a+b.7", { stream: "", number: 7, clockMinutes: null }, "signs mean themselves"],
  ["a+b.{number}", "aab.7", null, "and nothing else"],
  ["-/[(^$|?)]}.{number}", "-/[(^$|?)]}.7", { stream: "", number: 7, clockMinutes: null }, "whatever they are"],
  ["{number:11}{stream:12}*", "00001234560050568A0B0", null, "too few characters"],
])("%s on %s (%#)", (pattern, name, parts) => {
  const compiled = compileNamePattern(pattern);
  expect(typeof compiled === "string" ? compiled : compiled.match(name)).toEqual(parts);
});

test.each<[string, string, string]>([
  ["cdr-*.csv", "neither", "it finds nothing to count"],
  ["{nummer}", "{nummer} is no part", "a typing error"],
  ["{number}{number}", "twice", "which of them"],
  ["{YYYY}{mm}", "together", "minutes for months"],
  ["{YYYY}{MM}{DD}{mm}", "need {hh}", "minutes of no hour"],
  ["*a*b*c*{number}", "more than 3", "too many ways to fit"],
  ["{number}{", "begins no part", "not closed"],
])("%s: %s (%s)", (pattern, fault) => {
  expect(compileNamePattern(pattern)).toContain(fault);
});

test("a long name that does not fit is refused at once", () => {
  const compiled = compileNamePattern("*a*b{stream}c{number}");
  expect(typeof compiled === "string" ? compiled : compiled.match("ab".repeat(250))).toBeNull();
});
