import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { writeTemporary } from "../../../test/support/temporary-file.ts";
import { fileFault, inspectFile } from "./read-file.ts";

const systemError = (code: string) => Object.assign(new Error(`${code}: said the system, open 'x'`), { code });

test.each<[unknown, string, string]>([
  // thrown                        in words                              why
  [systemError("ENOENT"), "there is no such file", "the usual slip"],
  [systemError("ENOTDIR"), "there is no such file", "a file stands where the path has a folder"],
  [systemError("EACCES"), "permission denied", "another user's file"],
  [systemError("EIO"), "EIO: said the system, open 'x'", "the system's own words where we have none"],
  ["a text", "a text", "anything may be thrown"],
])("%s is told as %s (%s)", (thrown, words) => {
  expect(fileFault(thrown)).toBe(words);
});

test("a file whose records come after many blank lines is not empty", async () => {
  const path = await writeTemporary("late.csv", `${"\n".repeat(100_000)}a,b\n`);
  expect(await inspectFile(path)).toMatchObject({ sizeBytes: 100_004 });
  await rm(path);
});
