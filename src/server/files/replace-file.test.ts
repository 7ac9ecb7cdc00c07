import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolder } from "./make-folder.ts";
import { replaceFile } from "./replace-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollwright-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

test("what is exported is its owner's alone, whatever was there before", async () => {
  const path = join(folder, "invoices/2026/1.pdf");
  await makeFolder(join(folder, "invoices/2026"));
  for (const file of [path, `${path}.part`]) {
    await writeFile(file, "old");
    await chmod(file, 0o644);
  }
  await replaceFile(path, async (part) => {
    expect(await modeOf(part)).toBe(0o600); // also while it is written
    await writeFile(part, "new");
  });
  expect(await readFile(path, "utf8")).toBe("new");
  expect([await modeOf(path), await modeOf(join(folder, "invoices"))]).toEqual([0o600, 0o700]);
});

test("nothing half-done stays of what could not be written, and what was there is left", async () => {
  const path = join(folder, "calls.csv");
  await writeFile(path, "old");
  const failed = replaceFile(path, async (part) => {
    await writeFile(part, "half");
    throw new Error("the database has gone");
  });
  await expect(failed).rejects.toThrow("the database has gone");
  expect([await readdir(folder), await readFile(path, "utf8")]).toEqual([["calls.csv"], "old"]);
});
