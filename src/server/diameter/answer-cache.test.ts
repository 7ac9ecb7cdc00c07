import { expect, test } from "vitest";
import { AnswerCache } from "./answer-cache.ts";

const ANSWER = Promise.resolve(Buffer.of(1));

test("an answer is found for a minute", () => {
  let nowMs = 0;
  const cache = new AnswerCache(10, () => nowMs);
  cache.keep("a", ANSWER);
  nowMs = 59_999;
  expect(cache.find("a")).toBe(ANSWER);
  nowMs = 60_000;
  expect(cache.find("a")).toBeUndefined();
});

test("the oldest answers give way to new ones", () => {
  const cache = new AnswerCache(2, () => 0);
  for (const key of ["a", "b", "c"]) cache.keep(key, ANSWER);
  expect([..."abc"].map((key) => cache.find(key) !== undefined)).toEqual([false, true, true]);
  for (let count = 0; count < 100; count += 1) cache.keep(`key ${count}`, ANSWER);
  expect(cache.size).toBeLessThanOrEqual(2);
});

test("what turned out to be no answer is worked on again", async () => {
  const cache = new AnswerCache(2, () => 0);
  const none = Promise.resolve(undefined);
  cache.keep("a", none);
  expect(cache.find("a")).toBe(none);
  await none;
  expect(cache.find("a")).toBeUndefined();
});
