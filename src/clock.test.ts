import { expect, test } from "vitest";
import { now, uuidv7 } from "./clock.ts";

test("an id has the version and variant bits of RFC 9562", () => {
  for (let i = 0; i < 1_000; i++) {
    expect(uuidv7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});

test("ids strictly ascend, more than one millisecond's 4,096 of them included", () => {
  const ids = Array.from({ length: 50_000 }, uuidv7);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test("an id carries the instant at which it was made", () => {
  const before = now().epochMilliseconds;
  const madeMs = Number.parseInt(uuidv7().replaceAll("-", "").slice(0, 12), 16);
  // The test above may have borrowed a few milliseconds; ids never lag behind the clock.
  expect(madeMs).toBeGreaterThanOrEqual(before);
});
