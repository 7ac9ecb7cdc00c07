import { expect, test } from "vitest";
import { decidingLength, isInGroup } from "./destination-group.ts";

const PREMIUM = {
  name: "premium",
  prefixes: ["4487", "44870", "=118"],
  except: ["44871"],
  destinations: ["UK special", "Satellite"],
};

test.each<[string, string, boolean, string]>([
  // called, destination, in the group, why
  ["448700000000", "UK mobile", true, "by its prefix"],
  ["447700900123", "UK mobile", false, "neither its prefix nor its destination"],
  ["448710000000", "UK mobile", false, "the exception is the longer prefix"],
  ["447700900123", "UK special", true, "by its destination's name"],
  ["448710000000", "UK special", false, "an exception holds for destinations, too"],
  ["448700000000", "UK special", true, "by both"],
  ["=118", "Directory", true, "a short code"],
  ["118500123456", "Directory", false, "the digits of a short code are no E.164 prefix"],
])("%s (%s) is in the group: %s (%s)", (calledText, destination, isIn) => {
  expect(isInGroup(PREMIUM, { calledText, destination })).toBe(isIn);
});

test("as many digits as its longest prefix decide about a group", () => {
  expect(decidingLength([PREMIUM, { name: "none", prefixes: [], except: [], destinations: ["x"] }])).toBe(5);
  expect(decidingLength([])).toBe(0);
});
