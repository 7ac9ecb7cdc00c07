import { expect, test } from "vitest";
import { offsetWest } from "./offset-west.ts";

test.each<[string, string, string]>([
  // minutes  zone       why
  ["480", "-08:00", "Pacific standard time"],
  ["-60", "+01:00", "east of Greenwich"],
  ["-330", "+05:30", "half an hour"],
  ["0", "+00:00", "Greenwich"],
  ["", "", "nothing"],
  ["PST", "PST", "no number"],
  ["1440", "1440", "no place on earth"],
  ["1.5", "1.5", "no whole minute"],
])("%j minutes west is %j (%s)", (minutes, zone) => {
  expect(offsetWest(minutes)).toBe(zone);
});
