import { expect, test } from "vitest";
import { epochMs } from "./epoch.ts";
import { dateIn, monthlyPeriodStart, monthStart, periodBounds } from "./period.ts";

const date = (text: string) => Temporal.PlainDate.from(text);

test.each<[string, string, string, number, string]>([
  // zone             start         end           hours  why
  ["UTC", "2026-03-01", "2026-04-01", 744, "31 days"],
  ["Europe/Berlin", "2026-03-01", "2026-04-01", 743, "one day has 23 hours"],
  ["Europe/Berlin", "2026-10-25", "2026-10-26", 25, "and one has 25"],
  ["America/Havana", "2026-03-08", "2026-03-09", 23, "a day that starts at 01:00, because clocks skip midnight"],
  ["Asia/Kolkata", "2026-02-01", "2026-03-01", 672, "February"],
])("in %s, %s to %s has %i hours (%s)", (zone, start, end, hours) => {
  const [from, until] = periodBounds(zone, date(start), date(end));
  expect((until - from) / 3_600_000).toBe(hours);
  expect(dateIn(zone, from).toString()).toBe(start);
  expect(dateIn(zone, epochMs(until - 1)).toString()).toBe(date(end).subtract({ days: 1 }).toString());
});

test.each<[string, number, string, string]>([
  ["2026-01-31", 1, "2026-02-28", "the last day of a shorter month"],
  ["2026-01-31", 2, "2026-03-31", "and the anchor's day again"],
  ["2024-01-31", 1, "2024-02-29", "a leap year"],
  ["2026-01-15", 12, "2027-01-15", "a year on"],
])("anchored on %s, period %i starts on %s (%s)", (anchor, index, expected) => {
  expect(monthlyPeriodStart(date(anchor), index).toString()).toBe(expected);
});

test("a month starts on its first day", () => {
  expect(monthStart(date("2026-02-28")).toString()).toBe("2026-02-01");
});
