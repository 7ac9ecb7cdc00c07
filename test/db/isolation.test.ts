import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const OURS = "00000000-0000-4000-8000-000000000001";
const THEIRS = "00000000-0000-4000-8000-000000000002";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
  await db.transaction("owner", {}, async (tx) => {
    // A table and a partitioned one as a migration would make them, so that the laws below always have a subject.
    await tx.query("create table notes (tenant_id uuid not null, id int primary key, text text)");
    await tx.query("select protect('notes', 'select, insert, update, delete')");
    await tx.query(`create table visits (tenant_id uuid not null, at timestamptz not null, text text)
      partition by range (at)`);
    await tx.query("select protect('visits', 'select, insert')");
    await tx.query("grant select, insert on notes, visits to tollwright_ingest");
    await tx.query("select ensure_partition('visits', '2026-03-05')");
    for (const tenant of [OURS, THEIRS]) {
      await tx.query("insert into notes values ($1, $2, 'n')", [tenant, tenant === OURS ? 1 : 2]);
      await tx.query("insert into visits values ($1, '2026-03-05T10:00Z', 'e')", [tenant]);
    }
  });
});
afterAll(() => db.drop());

/** Rows of a query over the catalogue, as the superuser sees it. */
const catalogue = <Row extends object>(text: string) =>
  db.session(async (client) => (await client.query<Row>(text)).rows);

describe("the catalogue", () => {
  test("every table with a tenant enables and forces row-level security, its partitions enable it", async () => {
    const tables = await catalogue<{ name: string; safe: boolean }>(`
      select c.relname as name, c.relrowsecurity and (c.relforcerowsecurity or c.relispartition) as safe
      from pg_class c
      where c.relnamespace = 'tollwright'::regnamespace and c.relkind in ('r', 'p')
        and (c.relispartition or exists (
          select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped))`);
    expect(tables.map((table) => table.name)).toEqual(expect.arrayContaining(["notes", "visits", "visits_2026_03"]));
    expect(tables.filter((table) => !table.safe)).toEqual([]);
  });

  test("what the app may touch has row-level security, but for the list of migrations", async () => {
    const open = await catalogue<{ name: string }>(`
      select c.relname as name from pg_class c
      where c.relnamespace = 'tollwright'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relrowsecurity
        and has_table_privilege('tollwright_app', c.oid, 'select, insert, update, delete')`);
    expect(open).toEqual([{ name: "schema_migrations" }]);
  });

  test("nobody is granted anything on a partition", async () => {
    const granted = await catalogue(`
      select c.relname, a.grantee::regrole from pg_class c, aclexplode(c.relacl) a
      where c.relispartition and a.grantee <> c.relowner`);
    expect(granted).toEqual([]);
  });

  test("the working roles own nothing, log in nowhere, and bypass nothing", async () => {
    const owned = await catalogue(`
      select relname from pg_class where relowner::regrole::text in ('tollwright_app', 'tollwright_account', 'tollwright_ingest')
      union all select proname from pg_proc where proowner::regrole::text in ('tollwright_app', 'tollwright_account', 'tollwright_ingest')`);
    const mighty = await catalogue(`
      select rolname from pg_roles where rolname like 'tollwright\\_%'
        and (rolsuper or rolbypassrls or rolcanlogin or rolcreaterole or rolcreatedb or rolreplication)`);
    expect({ owned, mighty }).toEqual({ owned: [], mighty: [] });
  });

  test("the owner owns every table, function and sequence of the schema", async () => {
    const others = await catalogue(`
      select relname from pg_class where relnamespace = 'tollwright'::regnamespace
        and relowner::regrole::text <> 'tollwright_owner'
      union all select proname from pg_proc where pronamespace = 'tollwright'::regnamespace
        and proowner::regrole::text <> 'tollwright_owner'`);
    expect(others).toEqual([]);
  });

  test("a function with its owner's rights fixes its search path and is not for everybody", async () => {
    const loose = await catalogue(`
      select proname from pg_proc where pronamespace = 'tollwright'::regnamespace and prosecdef
        and (proconfig is null or not proconfig::text ~ 'search_path=.*pg_temp' or proacl is null
          or exists (select from aclexplode(proacl) a where a.grantee = 0))`);
    expect(loose).toEqual([]);
  });
});

describe("the app's role", () => {
  const asUs = <T>(work: Parameters<typeof db.transaction<"app", T>>[2]) =>
    db.transaction("app", { tenantId: OURS }, work);

  test.each([
    ["select tenant_id from notes", "a plain table"],
    ["select tenant_id from visits", "a partitioned table"],
    ["update notes set text = text returning tenant_id", "an update without a where"],
    ["delete from notes returning tenant_id", "a delete without a where"],
  ])("%s reaches our rows only (%s)", async (sql) => {
    const rows = await asUs(async (tx) => (await tx.query(sql)).rows);
    expect(rows).toEqual([{ tenant_id: OURS }]);
    await db.transaction("owner", {}, (tx) =>
      tx.query("insert into notes values ($1, 1, 'n') on conflict do nothing", [OURS]),
    );
  });

  test.each([
    ["insert into notes values ($1, 3, 'n')", "new row violates row-level security", "a row of theirs"],
    ["insert into visits values ($1, '2026-03-06', 'e')", "new row violates row-level security", "through a partition"],
    ["update notes set tenant_id = $1", "new row violates row-level security", "giving our row away"],
    ["insert into visits_2026_03 values ($1, '2026-03-06', 'e')", "permission denied", "past the parent"],
    ["select $1::uuid from visits_2026_03", "permission denied", "past the parent"],
    ["select ensure_partition('visits', '2026-04-01'), $1::uuid", "permission denied", "partitions are the loader's"],
    ["select protect('notes', 'select'), $1::uuid", "permission denied", "policies are the owner's"],
    ["create table mine (tenant_id uuid default $1)", "permission denied", "it owns nothing"],
  ])("%s: %s (%s)", async (sql, refusal) => {
    const text = sql.startsWith("create") ? sql.replace("$1", "null") : sql;
    const values = text.includes("$1") ? [THEIRS] : [];
    await expect(asUs((tx) => tx.query(text, values))).rejects.toThrow(refusal);
  });

  test("sees nothing without a scope, and nothing after its transaction on the same connection", async () => {
    const seen = await db.session(async (client) => {
      await client.query("begin; set local role tollwright_app");
      const before = await client.query("select from notes union all select from visits");
      await client.query(`commit; begin; set local role tollwright_app; set local app.tenant_id = '${OURS}'`);
      const within = await client.query("select from notes union all select from visits");
      await client.query("commit; begin; set local role tollwright_app");
      const after = await client.query("select from notes union all select from visits");
      await client.query("rollback");
      return [before.rowCount, within.rowCount, after.rowCount];
    });
    expect(seen).toEqual([0, 2, 0]);
  });

  test("a tenant that is no lower-case UUID never reaches the server", async () => {
    const tenantId = "x'; reset role; --";
    const attempt = db.transaction("app", { tenantId }, (tx) => tx.query("select 1"));
    await expect(attempt).rejects.toThrow("app.tenant_id is a lower-case UUID");
  });
});

test("the loader sees every tenant, and only what it was granted", async () => {
  const rows = await db.transaction("ingest", {}, async (tx) => (await tx.query("select from visits")).rowCount);
  expect(rows).toBe(2);
  const past = db.transaction("ingest", {}, (tx) => tx.query("select from visits_2026_03"));
  await expect(past).rejects.toThrow("permission denied");
});
