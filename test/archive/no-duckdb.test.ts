import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { REPOSITORY } from "../tidy/source-files.ts";

/** Node as on a platform that DuckDB has no package for. */
const WITHOUT_DUCKDB = `import { registerHooks } from "node:module";
  registerHooks({ resolve(name, context, next) {
    if (name.startsWith("@duckdb/")) throw new Error("Cannot find package '" + name + "'");
    return next(name, context);
  } });`;

const ASK = `import { openDuck } from ${JSON.stringify(join(REPOSITORY, "src/server/archive/duck.ts"))};
  import { COMMANDS } from ${JSON.stringify(join(REPOSITORY, "src/cli/commands.ts"))};
  const problem = await openDuck().catch((error) => error);
  process.stdout.write(JSON.stringify({ code: problem.code, fix: problem.fix, commands: COMMANDS.length }));`;

test("without the optional package the archive says so, and everything else is there", async () => {
  const hook = `data:text/javascript,${encodeURIComponent(WITHOUT_DUCKDB)}`;
  const words = ["--import", hook, "--input-type=module", "--eval", ASK];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  const { code, fix, commands } = JSON.parse(stdout);
  expect(code).toBe("archive-unavailable");
  expect(fix).toContain("--without-archive");
  expect(commands).toBeGreaterThan(10);
});
