import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { keyHash, makeKey } from "./key-text.ts";

const DIGIT = /[0-9A-Za-z]/;

test("a key is 57 letters and digits behind its prefix, never the same, and known by its SHA-256", () => {
  const keys = Array.from({ length: 100 }, makeKey);
  expect(new Set(keys.map(({ text }) => text)).size).toBe(100);
  for (const { text, hash, hint } of keys) {
    expect(text).toMatch(/^tw_live_[0-9A-Za-z]{49}$/);
    expect(hash).toEqual(createHash("sha256").update(text).digest());
    expect(keyHash(text)).toEqual(hash);
    expect(text.endsWith(hint) && hint.length).toBe(4);
  }
});

test("one wrong character, or two that changed places, is told by the text alone", () => {
  const { text } = makeKey();
  for (let at = "tw_live_".length; at < text.length; at++) {
    for (const other of "0Az")
      if (other !== text[at]) expect(keyHash(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
    const [one = "", two = ""] = text.slice(at, at + 2);
    if (one !== two && DIGIT.test(two))
      expect(keyHash(text.slice(0, at) + two + one + text.slice(at + 2))).toBeUndefined();
  }
});

test.each<[string, string]>([
  ["", "nothing"],
  ["tw_live_", "only the prefix"],
  [`tw_live_${"0".repeat(48)}`, "one too short"],
  [`tw_live_${"0".repeat(50)}`, "one too long"],
  [`tw_live_${"0".repeat(49)}\n`, "a line end"],
  [`tw_live_${"é".repeat(49)}`, "other letters"],
  ["twp_WmFhYmJjY2RkZWVmZmdnaGhpaWpqa2tsbG1tbm5vb3A", "a switch's token"],
])("%j is no key (%s)", (text) => {
  expect(keyHash(text)).toBeUndefined();
});
