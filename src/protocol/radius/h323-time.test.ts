import { expect, test } from "vitest";
import { parseH323Time } from "./h323-time.ts";

const ZONES = new Map([
  ["CET", "Europe/Paris"],
  ["EST", "America/New_York"],
]);

test.each<[string, string | null, string]>([
  // text, instant, why
  ["08:23:04.123 UTC Sat Nov 21 2026", "2026-11-21T08:23:04.123Z", "as Cisco writes it"],
  ["*08:23:04.123 UTC Sat Nov 21 2026", "2026-11-21T08:23:04.123Z", "a clock that was never set by others"],
  [".08:23:04.123 GMT Sat Nov 21 2026", "2026-11-21T08:23:04.123Z", "a clock that lost those who set it"],
  ["08:23:04 UTC Nov 21 2026", "2026-11-21T08:23:04Z", "without a weekday and parts of a second"],
  ["08:23:04.5 UTC Sat 21 Nov 2026", "2026-11-21T08:23:04.5Z", "the day first; tenths of a second"],
  [
    "09:23:04.123 CET Sat Nov 21 2026",
    "2026-11-21T08:23:04.123Z",
    "an abbreviation that the client's profile explains",
  ],
  ["08:23:04.123 MSK Sat Nov 21 2026", null, "one that it does not"],
  ["00:00:00.000 UTC Thu Jan 1 1970", null, "what never came"],
  ["08:23:64.123 UTC Sat Nov 21 2026", null, "no such second"],
  ["08:23:04.123 UTC Sat Nov 31 2026", null, "no such day"],
  ["08:23:04.123 UTC Sat Foo 21 2026", null, "no such month"],
  ["1795249512", null, "another way to write times"],
  ["", null, "nothing"],
])("%j is %s (%s)", (text, expected) => {
  const at = parseH323Time(text, ZONES);
  expect(at).toBe(expected === null ? null : Temporal.Instant.from(expected).epochMilliseconds);
});
