import { globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const DATABASE_SUPPORT = join(ROOT, "test/support/database.ts");

/**
 * The test files under test/ that use a database, directly or through other files of test/: the ones that run once for
 * every PostgreSQL. Found by following imports, so that a new test needs no list or naming rule.
 */
export function testsNeedingDatabase(): { readonly withDatabase: string[]; readonly without: string[] } {
  const files = globSync("test/**/*.test.ts", { cwd: ROOT });
  const uses = new Map<string, boolean>([[DATABASE_SUPPORT, true]]);
  const needs = (file: string): boolean => {
    const known = uses.get(file);
    if (known !== undefined) return known;
    uses.set(file, false); // an import cycle ends here
    const answer = importsOf(file).some(needs);
    uses.set(file, answer);
    return answer;
  };
  const withDatabase = files.filter((file) => needs(join(ROOT, file)));
  return { withDatabase, without: files.filter((file) => !withDatabase.includes(file)) };
}

/** Absolute paths of the files of test/ that `file` imports. */
function importsOf(file: string): string[] {
  const imports = readFileSync(file, "utf8").matchAll(/from "(\.[^"]*\.ts)"/g);
  return [...imports]
    .map(([, path = ""]) => resolve(dirname(file), path))
    .filter((path) => path.startsWith(join(ROOT, "test")));
}
