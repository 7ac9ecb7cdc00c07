import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
let folder: string;

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-demo-"));
});
afterAll(async () => {
  await db?.drop();
  await rm(folder, { recursive: true });
});

interface Shown {
  readonly invoices: readonly string[];
  readonly files: readonly string[];
}

test("the demo adds nothing to a database of the user's own unless that is wanted", async () => {
  const { status, stdout } = await startTollwright(["demo", "--json"], { DATABASE_URL: db.url }).ended;
  expect([status, JSON.parse(stdout).code]).toEqual([2, "demo-database-named"]);
  expect(await tollwrightJson(["tenant", "list"], { db })).toEqual({ status: 0, document: { tenants: [] } });
});

test("the demo goes from nothing to invoices, and run again finds what is there and bills nothing twice", async () => {
  const runs: Shown[] = [];
  for (const _ of ["first", "again"]) {
    const env = { DATABASE_URL: db.url, TOLLWRIGHT_DATA_DIR: folder };
    const { status, stdout, stderr } = await startTollwright(["demo", "--into-database", "--json"], env).ended;
    expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining("ledger and sub-ledger") });
    runs.push(JSON.parse(stdout) as Shown);
  }
  expect(runs[0]?.invoices).toHaveLength(5);
  expect(runs[1]).toEqual(runs[0]);
  for (const path of runs[0]?.files ?? []) expect((await readFile(path, "latin1")).slice(0, 4)).toBe("%PDF");
});
