import { expect, test } from "vitest";
import { parseMonth, periodInstants } from "./billing-period.ts";

test.each<[string, string, string, string, string]>([
  // month     zone                start                        end                          why
  ["2026-03", "UTC", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", "the plain case"],
  ["2026-03", "Europe/Berlin", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "summer time starts: 743 hours"],
  ["2026-10", "Europe/Berlin", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z", "summer time ends: 745 hours"],
  [
    "2026-12",
    "Asia/Kolkata",
    "2026-11-30T18:30:00Z",
    "2026-12-31T18:30:00Z",
    "an offset of half an hour, over a new year",
  ],
  ["2018-11", "America/Sao_Paulo", "2018-11-01T03:00:00Z", "2018-12-01T02:00:00Z", "clocks that change at midnight"],
])("%s in %s", (month, zone, start, end) => {
  const period = parseMonth(month);
  const instants = period && periodInstants(period, zone);
  expect(instants?.startAt.toString()).toBe(start);
  expect(instants?.endAt.toString()).toBe(end);
});

test("what is not a month is none", () => {
  expect(["2026-13", "2026-3", "2026-03-01", "March", ""].map(parseMonth)).toEqual(Array(5).fill(undefined));
});

test("consecutive months have neither a gap nor an overlap", () => {
  const months = ["2026-02", "2026-03", "2026-04"].map((text) =>
    periodInstants(parseMonth(text) as never, "Europe/Berlin"),
  );
  expect(months[0]?.endAt.equals(months[1]?.startAt as Temporal.Instant)).toBe(true);
  expect(months[1]?.endAt.equals(months[2]?.startAt as Temporal.Instant)).toBe(true);
});
