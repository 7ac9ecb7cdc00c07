import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REPOSITORY } from "./source-files.ts";

/** Statements to plant, and a part of what the linter must say about each, or none. */
// biome-ignore format: a table reads by its columns
const PLANTED: [string, string, string | null, string][] = [
  // file                  statement                             refused as            why
  ["src/core/rating/a.ts", "Date.now()",                         "call now()",         "a hidden clock"],
  ["src/core/rating/b.ts", "new Date()",                         "call now()",         "a hidden clock"],
  ["src/core/rating/c.ts", "new Date(0)",                        null,                 "a given instant"],
  ["src/core/rating/d.ts", "Temporal.Now.instant()",             "call now()",         "a hidden clock"],
  ["test/rating.ts",       "Date.now()",                         "call now()",         "tests repeat exactly"],
  ["src/clock.ts",         "Temporal.Now.instant()",             null,                 "the one clock"],
  ["src/server/jobs/a.ts", "Math.random()",                      "Math.random",        "a hidden seed"],
  ["src/server/jobs/b.ts", "crypto.randomUUID()",                "uuidv7()",           "ids must sort by time"],
  ["src/core/money/a.ts",  'parseFloat("0.1")',                  "parseDecimal()",     "binary floating point"],
  ["src/core/money/b.ts",  'Number.parseFloat("0.1")',           "parseDecimal()",     "the same by its other name"],
  ["src/core/money/c.ts",  "(1.005).toFixed(2)",                 "formatDecimal()",    "rounds 1.005 to 1.00"],
  ["src/core/money/d.ts",  "Math.round(2.5)",                    "divideRounded()",    "an unnamed rounding mode"],
  ["bench/a.ts",           "(1.005).toFixed(2)",                 null,                 "no money in a report"],
  ["src/server/http/a.ts", "process.env.HOME",                   "noProcessEnv",       "settings come from config.ts"],
  ["src/config.ts",        "process.env.HOME",                   null,                 "the one reader"],
  ["src/cli/a.ts",         'console.log("done")',                "noConsole",          "logs and answers have ways"],
  ["src/cli/b.ts",         "(async () => 1)()",                  "noFloatingPromises", "a lost failure"],
  ["src/cli/c.ts",         "if (Promise.resolve(false)) void 0", "noMisusedPromises",  "always true"],
  ["src/cli/d.ts",         "export const a: any = 1",            "noExplicitAny",      "no type at all"],
  ["src/cli/e.ts",         "export enum A { B }",                "noEnum",             "types are only stripped"],
  ["src/cli/f.ts",         'throw "no"',                         "useThrowOnlyError",  "no stack, no code"],
];

interface Diagnostic {
  readonly category: string;
  readonly message: string;
  readonly location: { readonly path: string };
}

const root = mkdtempSync(join(tmpdir(), "tollwright-lint-"));
let diagnostics: Diagnostic[];

beforeAll(() => {
  for (const path of ["biome.json", "scripts/lint"])
    cpSync(join(REPOSITORY, path), join(root, path), { recursive: true });
  symlinkSync(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
  for (const [file, statement] of PLANTED) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${statement};\n`);
  }
  writeFileSync(join(root, "src/cli/long.ts"), `export const f = (): void => {\n${"  void 0;\n".repeat(75)}};\n`);
  diagnostics = lint();
});

afterAll(() => rmSync(root, { recursive: true }));

/** What the linter says about the planted files. It exits with 1, as it should. */
function lint(): Diagnostic[] {
  const args = ["lint", "--vcs-enabled=false", "--reporter=json", "--max-diagnostics=none", "src", "test", "bench"];
  try {
    execFileSync(join(REPOSITORY, "node_modules/.bin/biome"), args, { cwd: root, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    return JSON.parse((error as { stdout: string }).stdout).diagnostics;
  }
  throw new Error("the linter found nothing in files full of faults");
}

const saidOf = (file: string): string[] =>
  diagnostics.filter(({ location }) => location.path === file).map(({ category, message }) => `${category} ${message}`);

describe("the linter", () => {
  test.each(PLANTED)("%s: %s: %s (%s)", (file, _statement, refusedAs) => {
    const said = saidOf(file);
    if (refusedAs === null) expect(said).toEqual([]);
    else expect(said.join("\n")).toContain(refusedAs);
  });

  test("refuses a function of more than 70 lines", () => {
    expect(saidOf("src/cli/long.ts").join("\n")).toContain("noExcessiveLinesPerFunction");
  });
});
