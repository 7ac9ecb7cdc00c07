import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeSecretsKey, readSecretsKey } from "./secrets-key.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollwright-key-"));
  path = join(folder, "data", "secrets.key");
});
afterEach(() => rm(folder, { recursive: true }));

test("a key is made once, for its owner alone, and read from then on", async () => {
  expect(await readSecretsKey(path)).toBeUndefined();
  const made = await Promise.all([makeSecretsKey(path), makeSecretsKey(path), makeSecretsKey(path)]);
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, "data"))).toEqual(["secrets.key"]);
  expect((await readSecretsKey(path))?.id).toBe(made[0].id);
});

test("its name says nothing of it", async () => {
  const { id } = await makeSecretsKey(path);
  expect(await readFile(path, "latin1")).not.toContain(id);
});

test.each<[string, string, number, RegExp]>([
  // what, text, mode, message
  ["everybody may read", "a".repeat(64), 0o644, /everybody may read it/],
  ["is too short", "a".repeat(62), 0o600, /does not hold 64 hexadecimal digits/],
  ["holds something else", "g".repeat(64), 0o600, /does not hold 64 hexadecimal digits/],
])("a file that %s is refused, and not written over", async (_what, text, mode, message) => {
  const bad = join(folder, "bad.key");
  await writeFile(bad, text);
  await chmod(bad, mode);
  await expect(readSecretsKey(bad)).rejects.toThrow(message);
  await expect(makeSecretsKey(bad)).rejects.toMatchObject({ code: "secrets-key-unusable" });
  expect(await readFile(bad, "latin1")).toBe(text);
});
