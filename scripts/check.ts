import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { cruiseImports } from "./cruise-imports.ts";

const ROOT = resolve(import.meta.dirname, "..");
const BIN = resolve(ROOT, "node_modules/.bin");
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** One thing that must hold of the code itself. `run` answers what it saw, or throws {@link CheckFailed}. */
export interface Check {
  readonly name: string;
  readonly run: () => Promise<string>;
}

class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}

/** A check by a tool: it holds if the tool exits with 0. */
async function tool(command: string, args: readonly string[]): Promise<string> {
  try {
    await promisify(execFile)(command, args, { cwd: ROOT, maxBuffer: OUTPUT_BYTES_MAX });
    return "";
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
    throw new CheckFailed(`${stdout}${stderr}`.trim() || message, { cause: error });
  }
}

async function imports(): Promise<string> {
  const { modules, violations } = await cruiseImports(ROOT);
  if (violations.length === 0) return `${modules} modules`;
  const byRule = Map.groupBy(violations, ({ rule, why }) => `${rule}: ${why}`);
  const lines = [...byRule].flatMap(([rule, found]) => [
    rule,
    ...found.map(({ from, to }) => (from === to ? `  ${from}` : `  ${from} -> ${to}`)),
  ]);
  throw new CheckFailed(lines.join("\n"));
}

/** Independent of each other, and none of them writes a file. */
export const CHECKS: readonly Check[] = [
  { name: "types", run: () => tool(`${BIN}/tsc`, ["-p", "."]) },
  { name: "types of the pure core", run: () => tool(`${BIN}/tsc`, ["-p", "src/core"]) },
  {
    name: "lint and format",
    run: () => tool(`${BIN}/biome`, ["check", "--error-on-warnings", "--max-diagnostics=200"]),
  },
  { name: "imports", run: imports },
  // npm install skips a package that the registry lacks for this platform and writes a lockfile that npm ci refuses.
  { name: "lockfile without holes", run: () => tool("npm", ["ci", "--dry-run", "--ignore-scripts"]) },
];

/** What only `npm run check` runs so: `npm test` runs the same files among all the others. */
const TIDY: Check = { name: "tidy", run: () => tool(`${BIN}/vitest`, ["run", "--reporter=dot", "test/tidy"]) };

/** Runs the checks side by side and prints a line for each as it ends, faults below it. */
export async function runChecks(checks: readonly Check[]): Promise<{ passed: number; failed: number }> {
  const results = await Promise.all(checks.map(runCheck));
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed };
}

async function runCheck({ name, run }: Check): Promise<boolean> {
  const startedMs = performance.now();
  const line = (mark: string, detail: string) =>
    `${mark} ${name} (${detail === "" ? "" : `${detail}, `}${Math.round(performance.now() - startedMs)} ms)\n`;
  try {
    const detail = await run();
    process.stdout.write(line("ok  ", detail));
    return true;
  } catch (error) {
    if (!(error instanceof CheckFailed)) throw error;
    process.stdout.write(`${line("FAIL", "")}${error.message.replace(/^/gm, "  ")}\n`);
    return false;
  }
}

if (import.meta.main) {
  const { failed } = await runChecks([...CHECKS, TIDY]);
  process.exitCode = failed === 0 ? 0 : 1;
}
