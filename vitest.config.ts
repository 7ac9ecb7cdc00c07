import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { hasPostgres15 } from "./test/support/database-server.ts";
import { testsNeedingDatabase } from "./test/support/needs-database.ts";

const { withDatabase, without } = testsNeedingDatabase();

const source = { test: { name: "source", include: ["src/**/*.test.ts"] } };
const unit = { test: { name: "unit", include: without } };

/**
 * What takes long for the servers and processes that it starts, and asks nothing of the database that other tests do
 * not ask on both: on the built-in one alone.
 */
const ON_NEWEST_ALONE = [
  "api/",
  ...["archive/kill", "cli/demo", "cli/process", "mediation-http/failures", "operations/", "syslog/listen", "watch/"],
  ...["pulls/disk-full", "pulls/ftp", "pulls/s3", "pulls/sftp", "pulls/sql-mariadb", "pulls/trust", "syslog/rsyslog"],
  // What switches say; the money behind it is tested on both.
  ...["asterisk", "diameter", "event-socket", "kamailio", "opensips", "outage", "radius", "xml-curl"].map(
    (name) => `charging/${name}`,
  ),
  ...["mail/", "people/"],
  ...["cuts/kamailio", "cuts/live", "cuts/over", "webhooks/deliver", "webhooks/emitted"],
  ...["brand", "chain", "commands", "commissions", "credit-end"].map((name) => `resellers/${name}`),
  ...["isolation/routes", "keys/", "audit/commands", "audit/persons", "audit/secrets"],
  // Thousands of small cases over statements that other tests run on both.
  ...["allowance/changes", "allowance/edges", "allowance/order", "archive/archived-search", "cli/cdr-import"],
  ...["laws/imports", "laws/rerating"],
];

/** The tests that need a database run on both ends of what is supported: the built-in 18, and 15. */
const onPostgres = (version: 15 | 18) => ({
  test: {
    name: `postgres-${version}`,
    include:
      version === 18
        ? withDatabase
        : withDatabase.filter((file) => !ON_NEWEST_ALONE.some((name) => file.startsWith(`test/${name}`))),
    globalSetup: ["test/support/database-server.ts"],
  },
});

export default defineConfig({
  test: {
    // Processes that tests start find what those before compiled, as `bin/tollwright` has it: half of their start.
    env: { NODE_COMPILE_CACHE: resolve(import.meta.dirname, "node_modules/.cache/compiled") },
    // Where machines are busy, a test that waits for real processes may miss its moment: it gets a second try there,
    // and the report names it as flaky. At home it fails, so that it is mended.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: "forks",
    // The tests of a worker share its modules: loading them again for each file was a sixth of the suite's time.
    isolate: false,
    maxWorkers: 2,
    projects: [source, unit, onPostgres(18), ...(wantsPostgres15() ? [onPostgres(15)] : [])].map((project) => ({
      extends: true,
      ...project,
    })),
  },
});

/** Without a PostgreSQL 15 the tests run on 18 only, and say so; in CI that is a failure. */
function wantsPostgres15(): boolean {
  if (hasPostgres15()) return true;
  const hint =
    "PostgreSQL 15 is not installed: its half of the database tests can't run. `apt-get install postgresql-15`";
  if (process.env.CI) throw new Error(hint);
  process.stderr.write(`\nSKIPPED: ${hint}\n`);
  return false;
}
