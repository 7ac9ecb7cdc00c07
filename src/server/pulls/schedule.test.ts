import { expect, test } from "vitest";
import { fromInstant, toInstant } from "../../core/time/epoch.ts";
import type { Schedule } from "./common-settings.ts";
import { isCron, nextRunAt, retryS } from "./schedule.ts";

test.each<[Schedule, string, string, string]>([
  [{ everyS: 300 }, "2026-03-01T10:00:07Z", "2026-03-01T10:05:07Z", "from one start to the next"],
  [{ cron: "5 * * * *" }, "2026-03-01T10:05:00Z", "2026-03-01T11:05:00Z", "never the time it runs at"],
  [{ cron: "0 2 * * *", timeZone: "Europe/Berlin" }, "2026-01-10T12:00:00Z", "2026-01-11T01:00:00Z", "winter"],
  [{ cron: "0 2 * * *", timeZone: "Europe/Berlin" }, "2026-07-10T12:00:00Z", "2026-07-11T00:00:00Z", "summer"],
  [
    { cron: "30 2 * * *", timeZone: "Europe/Berlin" },
    "2026-03-28T12:00:00Z",
    "2026-03-29T01:00:00Z",
    "there is no 2:30",
  ],
  [{ cron: "0 0 1 * *", timeZone: "America/New_York" }, "2026-01-31T12:00:00Z", "2026-02-01T05:00:00Z", "a month"],
])("%o after %s is %s (%s)", (schedule, after, next) => {
  expect(toInstant(nextRunAt(schedule, fromInstant(Temporal.Instant.from(after)))).toString()).toBe(next);
});

test.each([
  ["*/5 * * * *", true],
  ["0 0 31 2 *", false],
  ["every day", false],
  ["61 * * * *", false],
])("%j is a cron pattern that some time fits: %s", (text, fits) => {
  expect(isCron(text)).toBe(fits);
});

test("tries after failures are spaced out, up to half an hour", () => {
  expect([1, 2, 3, 7, 50].map(retryS)).toEqual([30, 60, 120, 1_800, 1_800]);
});
