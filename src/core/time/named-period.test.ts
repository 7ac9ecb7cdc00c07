import { expect, test } from "vitest";
import { toInstant } from "./epoch.ts";
import { type NamedPeriod, namedPeriod } from "./named-period.ts";

test.each<[NamedPeriod, string, string, string, string]>([
  // name        at                      from                    until                   why
  ["today", "2026-03-29T10:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "a day of 23 hours in Berlin"],
  ["yesterday", "2026-03-29T22:30:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "it is the 30th there by now"],
  ["this-month", "2026-03-31T21:59:59Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "its last second"],
  ["last-month", "2026-03-31T22:00:00Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "a second later"],
])("%s at %s is %s to %s (%s)", (name, at, from, until) => {
  const period = namedPeriod(name, "Europe/Berlin", Temporal.Instant.from(at));
  expect([period.from, period.until].map((each) => toInstant(each).toString())).toEqual([from, until]);
});
