import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTollwright } from "../support/command-line.ts";
import { createDatabase, type TestDatabase, testDatabase } from "../support/database.ts";
import { REPOSITORY } from "../tidy/source-files.ts";

const SAMPLE = join(REPOSITORY, "samples/setup/setup.json");
/** Of the lock that whoever applies a setup of the tenant holds: src/server/tenancy/setup-store.ts. */
const SETUP_KEYS = "hashtext('tollwright.setup'), hashtext(lower($1))";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const run = (words: string, env: Record<string, string> = {}) =>
  startTollwright(words.split(" "), { DATABASE_URL: db.url, ...env }).ended;

describe("the program", () => {
  test("ends with 0 and one document for what is done", async () => {
    const { status, stdout, stderr } = await run(`apply ${SAMPLE} --json`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ tenant: "Example Telecom", dryRun: false });
  });

  test("ends with 2 and one document for what is not", async () => {
    const { status, stdout, stderr } = await run("account show nobody --json");
    expect({ status, stderr }).toEqual({ status: 2, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      type: "urn:tollwright:problem:account-unknown",
      title: "Account unknown",
      status: 404,
      code: "account-unknown",
      detail: 'There is no account "nobody".',
      fix: expect.stringContaining("tollwright account list"),
    });
  });

  test("tells people on standard error what happened and what to do, without a stack", async () => {
    const { status, stdout, stderr } = await run("account show nobody");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(
      /^error: There is no account "nobody"\.\n {2}fix: .*\n {2}code: account-unknown \(docs.*\)\n$/,
    );
  });

  test("lists every wrong setting and masks passwords", async () => {
    const { status, stderr } = await run("config", {
      TOLLWRIGHT_HTTP_PORT: "http",
      DATABASE_URL: "mysql://u:secret@h/db",
    });
    expect(status).toBe(2);
    expect(stderr).toContain('TOLLWRIGHT_HTTP_PORT: "http"');
    expect(stderr).not.toContain("secret");
    const shown = await run("config", { DATABASE_URL: "postgres://u:secret@h/db" });
    expect(shown.stdout).toContain("postgres://u:***@h/db");
  });

  test("writes no colours into a pipe", async () => {
    const { stdout } = await run("tenant list");
    expect(stdout).not.toContain("\u001b");
  });

  test("does not mind a reader that has seen enough", async () => {
    const { child, ended } = startTollwright(["--help"], {});
    child.stdout.destroy();
    const { status, stderr } = await ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

describe.runIf(process.platform === "linux")("an answer that can't be written", () => {
  const shell = (script: string) =>
    spawnSync("bash", ["-c", script], {
      encoding: "utf8",
      env: { ...process.env, MAIN: join(REPOSITORY, "src/main.ts") },
    });

  test("is told, by a status that no script takes for success, when the disk is full", () => {
    const { status, stderr } = shell(`${process.execPath} $MAIN config > /dev/full`);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error: .*ENOSPC.*\n {2}fix: .*\n {2}code: output-not-written/);
  });

  test("is told when the disk takes only a part of it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tollwright-output-"));
    const limit = "ulimit -f 1; export NODE_DISABLE_COMPILE_CACHE=1"; // whose files the limit is on as well
    const { status, stderr } = shell(`${limit}; ${process.execPath} $MAIN --help > ${folder}/help`);
    await rm(folder, { recursive: true });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("EFBIG") });
  });
});

describe("a signal", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("%s breaks off a command, and nothing of it stays", async (signal) => {
    const name = `Never ${signal}`;
    await db.session(async (client) => {
      await client.query(`select pg_advisory_lock(${SETUP_KEYS})`, [name]);
      const { child, ended } = startTollwright(["apply", "-"], { DATABASE_URL: db.url });
      child.stdin.end(JSON.stringify({ tenant: { name, currency: "EUR" } }));
      for (let waiting = 0; waiting === 0; ) {
        const { rows } = await client.query<{ waiting: number }>(
          `select count(*)::int as waiting from pg_locks where locktype = 'advisory' and not granted
           and database = (select oid from pg_database where datname = current_database())`,
        );
        waiting = rows[0]!.waiting;
      }
      const other = await run(`apply ${SAMPLE} --dry-run`); // a setup of another tenant waits for nobody
      expect(other.status).toBe(0);
      child.kill(signal);
      const { status, stderr } = await ended;
      await client.query(`select pg_advisory_unlock(${SETUP_KEYS})`, [name]);
      expect(status).toBe(signal === "SIGINT" ? 130 : 143);
      expect(stderr).toContain("code: interrupted");
    });
    expect((await run("tenant list")).stdout).not.toContain(name);
  });
});

describe("a database of the user's own", () => {
  test("is migrated by the user's word only", async () => {
    const { url, drop } = await createDatabase();
    const env = { DATABASE_URL: url };
    const refused = await run("tenant list --json", env);
    expect(JSON.parse(refused.stdout)).toMatchObject({ code: "database-not-migrated" });
    const planned = JSON.parse((await run("migrate --dry-run --json", env)).stdout);
    expect(planned).toMatchObject({ dryRun: true, version: 0 });
    const done = JSON.parse((await run("migrate --json", env)).stdout);
    expect(done).toMatchObject({ applied: planned.applied, dryRun: false, version: planned.applied.length });
    expect((await run("migrate", env)).stdout).toContain("Nothing to do");
    expect((await run("tenant list", env)).status).toBe(0);
    await drop();
  });

  test("goes into a backup and comes back from it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tollwright-cli-"));
    const file = join(folder, "all.backup");
    const { url, drop } = await createDatabase();
    await run(`apply ${SAMPLE}`);
    expect((await run(`backup ${file}`)).stdout).toMatch(/^\d+ rows of \d+ tables written to /);
    expect((await run(`backup ${file}`)).stderr).toContain("backup-exists");
    expect((await run(`restore ${file}`, { DATABASE_URL: url })).status).toBe(0);
    const [before, after] = await Promise.all([run("account list"), run("account list", { DATABASE_URL: url })]);
    expect(after.stdout).toBe(before.stdout);
    expect((await run(`restore ${file}`)).stderr).toContain("restore-target-not-empty");
    await drop();
    await rm(folder, { recursive: true });
  });
});
