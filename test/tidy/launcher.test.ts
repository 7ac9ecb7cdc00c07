import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { REPOSITORY } from "./source-files.ts";

const root = mkdtempSync(join(tmpdir(), "tollwright-launcher-"));
const launcher = join(root, "bin/tollwright");
cpSync(join(REPOSITORY, "bin"), join(root, "bin"), { recursive: true });
mkdirSync(join(root, "src"));
writeFileSync(
  join(root, "src/main.ts"),
  "const args: string[] = process.argv.slice(2);\n" +
    "process.stdout.write(JSON.stringify({ version: process.version, args, cwd: process.cwd() }));\n" +
    "process.exitCode = 3;\n",
);

afterAll(() => rmSync(root, { recursive: true }));

/** Runs it as a machine would that has no Node at all on its PATH. */
const launch = (command: string, args: string[] = []) =>
  spawnSync(command, args, { cwd: tmpdir(), env: { PATH: "/usr/bin:/bin" }, encoding: "utf8" });

describe("bin/tollwright", () => {
  test("says what to do before npm ci", () => {
    const { status, stderr } = launch(launcher);
    expect(status).toBe(2);
    expect(stderr).toContain("Run `npm ci`");
  });

  test("runs the pinned Node from any directory, through a link, and hands on arguments and exit status", () => {
    symlinkSync(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
    symlinkSync(launcher, join(root, "linked"));
    const { status, stdout } = launch(join(root, "linked"), ["rate", "a b"]);
    expect(JSON.parse(stdout)).toMatchObject({ version: process.version, args: ["rate", "a b"] });
    expect(status).toBe(3);
  });
});
