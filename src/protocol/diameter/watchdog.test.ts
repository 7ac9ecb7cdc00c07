import { expect, test } from "vitest";
import { Watchdog } from "./watchdog.ts";

test.each<[string, string, string]>([
  // "." an interval ends, "h" something is heard
  ["h.h.h.", "quiet quiet quiet", "a busy connection is never asked"],
  ["..", "quiet probe", "silence for one interval: asked"],
  ["..h..", "quiet probe quiet probe", "an answer begins anew"],
  ["....", "quiet probe suspect down", "no answer: suspect, then down"],
  ["...h.", "quiet probe suspect quiet", "a late answer saves it"],
])("%s: %s (%s)", (events, verdicts) => {
  const watchdog = new Watchdog();
  const said: string[] = [];
  for (const event of events)
    if (event === "h") watchdog.heard();
    else said.push(watchdog.tick());
  expect(said.join(" ")).toBe(verdicts);
});
