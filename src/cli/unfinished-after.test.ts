import { expect, test } from "vitest";
import { unfinishedAfter } from "./unfinished-after.ts";

const never = new Promise<never>(() => undefined);

test("what is finished is not named, and nobody waits for the limit", async () => {
  expect(await unfinishedAfter(new Map([["imports", Promise.resolve()]]), 1_000_000)).toEqual([]);
});

test("what takes longer than the limit is named, whatever else is finished", async () => {
  const work = new Map<string, Promise<unknown>>([
    ["imports", never],
    ["mails", Promise.resolve()],
    ["pulls", never],
  ]);
  expect(await unfinishedAfter(work, 1)).toEqual(["imports", "pulls"]);
});

test("work that fails says so", async () => {
  const work = new Map([
    ["imports", Promise.reject(new Error("disk"))],
    ["pulls", never],
  ]);
  await expect(unfinishedAfter(work, 1_000_000)).rejects.toThrow("disk");
});
