import { expect, test } from "vitest";
import { daysToRead, lastDayOf, tableOf } from "./day-tables.ts";

const day = (text: string | null) => (text === null ? null : Temporal.PlainDate.from(text));
const TODAY = Temporal.PlainDate.from("2026-03-02");

test.each<[string | null, string | null, string, string, string]>([
  // begun         from          first         last          why
  [null, null, "2026-03-01", "2026-03-03", "a new pull begins with yesterday"],
  [null, "2026-02-27", "2026-02-27", "2026-03-03", "or with the day that is asked for"],
  ["2026-03-02", null, "2026-03-01", "2026-03-03", "yesterday's is read on: calls are written when they end"],
  ["2026-03-03", null, "2026-03-01", "2026-03-03", "the switch is ahead of us"],
  ["2026-02-20", "2026-01-01", "2026-02-20", "2026-03-03", "after days of silence nothing between is left out"],
])("begun %s, from %s: %s to %s (%s)", (begun, from, first, last) => {
  const days = daysToRead(TODAY, { begun: day(begun), from: day(from) });
  expect([days.at(0)?.toString(), days.at(-1)?.toString()]).toEqual([first, last]);
});

test("the last day is told from the tables' names", () => {
  const tables = ["e_cdr_20260228", "e_cdr_20260301", "e_cdr_total", "f_cdr_20260401"];
  expect(lastDayOf("e_cdr_{yyyyMMdd}", tables)?.toString()).toBe("2026-03-01");
  expect(lastDayOf("e_cdr_{yyyyMMdd}", [])).toBeNull();
  expect(tableOf("e_cdr_{yyyyMMdd}", TODAY)).toBe("e_cdr_20260302");
});
