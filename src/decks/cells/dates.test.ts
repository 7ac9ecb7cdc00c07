import { expect, test } from "vitest";
import { toInstant } from "../../core/time/epoch.ts";
import { type DateOrder, detectDateOrder, parseDeckDate, serialDate } from "./dates.ts";

const iso = (at: ReturnType<typeof parseDeckDate>): string | undefined =>
  at === undefined ? undefined : toInstant(at).toString();

test.each<[string, DateOrder, string, string | undefined]>([
  ["2026-03-09", "mdy", "2026-03-09T00:00:00Z", "year first is always year, month, day"],
  ["2026/3/9", "dmy", "2026-03-09T00:00:00Z", "slashes, no zeros"],
  ["20260309", "dmy", "2026-03-09T00:00:00Z", "no marks"],
  ["2010-07-02 11:06:58.484053", "dmy", "2010-07-02T11:06:58.484Z", "microseconds are cut"],
  ["2026-03-09T00:00:00+05:30", "dmy", "2026-03-08T18:30:00Z", "an offset of its own"],
  ["2026-03-09 00:00 UTC", "dmy", "2026-03-09T00:00:00Z", "UTC by name"],
  ["09/03/2026", "dmy", "2026-03-09T00:00:00Z", "day first"],
  ["03/09/2026", "mdy", "2026-03-09T00:00:00Z", "month first"],
  ["9.3.26", "dmy", "2026-03-09T00:00:00Z", "a short year"],
  ["3/9/2026 5:30 PM", "mdy", "2026-03-09T17:30:00Z", "a twelve-hour clock"],
  ["9-Mar-26", "mdy", "2026-03-09T00:00:00Z", "a month by name"],
  ["9th March 2026", "mdy", "2026-03-09T00:00:00Z", "an ordinal"],
  ["March 9, 2026", "dmy", "2026-03-09T00:00:00Z", "the American long form"],
  ["Monday, March 9, 2026", "dmy", "2026-03-09T00:00:00Z", "a weekday before it"],
  ["9-févr.-2026", "mdy", "2026-02-09T00:00:00Z", "French, shortened"],
  ["1er août 2026", "mdy", "2026-08-01T00:00:00Z", "a French ordinal"],
  ["1. März 2026", "mdy", "2026-03-01T00:00:00Z", "German"],
  ["9 de diciembre de 2026", "mdy", "2026-12-09T00:00:00Z", "Spanish, written out"],
  ["09/dez/26", "mdy", "2026-12-09T00:00:00Z", "Portuguese"],
  ["9 luglio 2026", "mdy", "2026-07-09T00:00:00Z", "Italian"],
  ["9 мая 2026", "mdy", "2026-05-09T00:00:00Z", "Russian"],
  ["2026-03-09 00:00:00+00", "mdy", "2026-03-09T00:00:00Z", "as PostgreSQL exports a time"],
  ["46090", "dmy", "2026-03-09T00:00:00Z", "a date serial left as number"],
])("%s (%s) is %s (%s)", (text, order, expected) => {
  expect(iso(parseDeckDate(text, order, "UTC"))).toBe(expected);
});

test.each(["31.02.2026", "2026-13-01", "13/13/2026", "soon", "9 Foo 2026", "12345678", "2026-03-09 25:00", "1/1"])(
  "%s is no date",
  (text) => {
    expect(parseDeckDate(text, "dmy", "UTC")).toBeUndefined();
  },
);

test("a date is its midnight in the deck's zone, summer time or not", () => {
  expect(iso(parseDeckDate("2026-03-28", "dmy", "Europe/Vienna"))).toBe("2026-03-27T23:00:00Z");
  expect(iso(parseDeckDate("2026-03-30", "dmy", "Europe/Vienna"))).toBe("2026-03-29T22:00:00Z");
  expect(iso(serialDate(46_090.5, "UTC"))).toBe("2026-03-09T12:00:00Z");
});

test.each<[string[], DateOrder | null | undefined, string]>([
  [["03/04/2026", "13/04/2026"], "dmy", "one day above 12 decides for all"],
  [["03/04/2026", "04/13/2026"], "mdy", "and so it does in second place"],
  [["03.04.2026"], "dmy", "points are day first"],
  [["03/04/2026"], undefined, "no evidence"],
  [["03/03/2026", "04/04/2026"], null, "the same both ways"],
  [["2026-03-04"], null, "year first needs no order"],
])("%j is read %s (%s)", (texts, expected) => {
  expect(detectDateOrder(texts)).toBe(expected);
});
