import { expect, test } from "vitest";
import { toInstant } from "./epoch.ts";
import { parseInstant } from "./instant-text.ts";

// biome-ignore format: a table reads by its columns
test.each<[string, string, string | undefined, string]>([
  // text                    zone             instant                 why
  ["2026-03-01",             "UTC",           "2026-03-01T00:00:00Z", "the first instant of a day"],
  ["2026-03-01",             "Europe/Berlin", "2026-02-28T23:00:00Z", "of the day in the zone"],
  ["2018-11-04",             "America/Sao_Paulo", "2018-11-04T03:00:00Z", "clocks skipped midnight"],
  ["2026-03-01T08:00:00Z",   "Europe/Berlin", "2026-03-01T08:00:00Z", "an offset of its own"],
  ["2026-03-01T08:00+01:00", "UTC",           "2026-03-01T07:00:00Z", "seconds may be left out"],
  ["2026-03-01T08:00:00",    "UTC",           undefined,              "without an offset it may be two instants"],
  ["2026-02-30",             "UTC",           undefined,              "no such day"],
  ["2026-13-01",             "UTC",           undefined,              "no such month"],
  ["2026-03-01T25:00:00Z",   "UTC",           undefined,              "no such hour"],
  ["01.03.2026",             "UTC",           undefined,              "day and month could be swapped"],
  ["",                       "UTC",           undefined,              "nothing"],
])("%s in %s is %s (%s)", (text, zone, instant) => {
  const parsed = parseInstant(text, zone);
  expect(parsed === undefined ? undefined : toInstant(parsed).toString()).toBe(instant);
});
