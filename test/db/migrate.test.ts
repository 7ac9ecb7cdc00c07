import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { migrate } from "../../src/server/db/migrate.ts";
import { createDatabase } from "../support/database.ts";

const FIRST = join(import.meta.dirname, "../../migrations/0001_roles_and_scope.sql");

let db: Database;
let drop: () => Promise<void>;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "tollwright-migrations-"));
  await cp(FIRST, join(directory, "0001_roles_and_scope.sql"));
  await file("0002_things.sql", "create table things (n int);");
  const database = await createDatabase();
  drop = database.drop;
  db = await openDatabase({ url: database.url });
});
afterEach(async () => {
  await db.close();
  await drop();
  await rm(directory, { recursive: true });
});

const file = (name: string, sql: string) => writeFile(join(directory, name), sql);

const tables = async () =>
  await db.session(async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'tollwright' order by 1",
    );
    return rows.map((row) => row.name);
  });

test("applies what is missing, in order, once", async () => {
  expect(await migrate(db, { directory, dryRun: true })).toEqual({
    applied: ["0001_roles_and_scope", "0002_things"],
    alreadyApplied: 0,
    version: 0,
  });
  expect(await migrate(db, { directory, untilVersion: 1 })).toMatchObject({ version: 1 });
  expect(await migrate(db, { directory })).toEqual({ applied: ["0002_things"], alreadyApplied: 1, version: 2 });
  expect(await migrate(db, { directory })).toEqual({ applied: [], alreadyApplied: 2, version: 2 });
  expect(await tables()).toEqual(["schema_migrations", "things"]);
});

test("two processes at once apply each migration once", async () => {
  const other = await openDatabase({ url: db.url });
  const reports = await Promise.all([migrate(db, { directory }), migrate(other, { directory })]);
  await other.close();
  expect(reports.map((report) => report.applied.length).sort()).toEqual([0, 2]);
});

test("a migration that fails is rolled back whole, those before it stay, and the line is named", async () => {
  await file("0003_more.sql", "create table more (n int);\n\ninsert into mroe values (1);");
  await expect(migrate(db, { directory })).rejects.toMatchObject({
    code: "migration-failed",
    what: expect.stringMatching(/0003_more failed .*relation "mroe" does not exist at line 3/),
  });
  expect(await tables()).toEqual(["schema_migrations", "things"]);
  await file("0003_more.sql", "create table more (n int);");
  expect(await migrate(db, { directory })).toMatchObject({ applied: ["0003_more"] });
});

test("an applied migration may not change, but for its line ends", async () => {
  await migrate(db, { directory });
  await file("0002_things.sql", "create table things (n int);".replaceAll("\n", "\r\n"));
  await migrate(db, { directory });
  await file("0002_things.sql", "create table things (n bigint);");
  await expect(migrate(db, { directory })).rejects.toMatchObject({ code: "migration-edited" });
});

test("an older program refuses the schema of a newer one", async () => {
  await migrate(db, { directory });
  await rm(join(directory, "0002_things.sql"));
  await expect(migrate(db, { directory })).rejects.toMatchObject({ code: "migration-unknown" });
});

test.each([
  ["0004_gap.sql", "number 3 is due", "a number is missing"],
  ["0002_twice.sql", "number 3 is due", "a number is taken twice"],
  ["0003-Dashes.sql", "number 3 is due", "another kind of name"],
])("a file named %s: %s (%s)", async (name, reason) => {
  await file(name, "select 1");
  await expect(migrate(db, { directory })).rejects.toMatchObject({
    code: "migration-order",
    what: expect.stringContaining(reason),
  });
});

test("a table that stays locked is given up on; once it is free the migration goes through", async () => {
  await migrate(db, { directory });
  await file("0003_wider.sql", "alter table things add column m int;");
  const holder = await openDatabase({ url: db.url });
  await holder.transaction("owner", {}, async (tx) => {
    await tx.query("lock table things in access share mode");
    const stuck = migrate(db, { directory, lockTimeoutMs: 1 });
    await expect(stuck).rejects.toMatchObject({ code: "migration-locked" });
  });
  await holder.close();
  expect(await migrate(db, { directory })).toMatchObject({ applied: ["0003_wider"] });
});
