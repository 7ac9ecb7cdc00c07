import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { REPOSITORY } from "./source-files.ts";

const root = mkdtempSync(join(tmpdir(), "tollwright-tally-"));

afterAll(() => rmSync(root, { recursive: true }));

const SOURCES: Record<string, string> = {
  "a.test.ts": `import { expect, test } from "vitest";
    test("passes", () => expect(1).toBe(1));
    test("passes too", () => expect(2).toBe(2));
    test("fails", () => expect(1).toBe(2));
    test("is skipped", (context) => context.skip("no PostgreSQL 15 here"));`,
  "b.test.ts": `throw new Error("cannot even be loaded");`,
  "run.ts": `import { startVitest } from "vitest/node";
    import { TallyReporter } from ${JSON.stringify(join(REPOSITORY, "scripts/tally-reporter.ts"))};
    const tally = new TallyReporter();
    const vitest = await startVitest("test", [], { root: import.meta.dirname, run: true, reporters: [tally] });
    await vitest.close();
    process.stdout.write(JSON.stringify(tally));
    process.exitCode = 0;`,
};

test("the tally counts what passed, failed, could not be loaded and was skipped, and says why", () => {
  for (const [file, text] of Object.entries(SOURCES)) writeFileSync(join(root, file), text);
  symlinkSync(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
  const output = execFileSync(process.execPath, [join(root, "run.ts")], { cwd: root, encoding: "utf8" });
  expect(JSON.parse(output.trimEnd().split("\n").at(-1) ?? "")).toEqual({ passed: 2, failed: 2, skipped: 1 });
  expect(output).toContain("a.test.ts > is skipped: no PostgreSQL 15 here");
});
