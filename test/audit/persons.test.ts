import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidv7 } from "../../src/clock.ts";
import { loadConfig } from "../../src/config.ts";
import type { Actor } from "../../src/server/access/actor.ts";
import { recordAudit } from "../../src/server/audit/record-audit.ts";
import { HELD, NOT_PERSONAL } from "../../src/server/personal-data/held-data.ts";
import { Story, setup } from "../rerating/story.ts";
import { tollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const EMAIL = "ada.lovelace@example.com";

let db: TestDatabase;
let folder: string;
let ada: Actor;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollwright-persons-"));
  db = await testDatabase();
  const story = new Story(db);
  const withAddress = setup();
  withAddress.accounts = withAddress.accounts.map((account) =>
    account.code === "clinic"
      ? { ...account, name: "Dr. Grace Hopper", letterhead: { lines: ["1 Navy Yard"] } }
      : account,
  );
  await story.apply(withAddress);
  await story.import([{ code: "clinic", at: "2026-01-10T10:00:00Z" }]);
  await run("sip-user set-password grace --account clinic");
  await run("bill run 2026-01");
  ada = await newUser();
  const { tenantId } = ada;
  await db.transaction("app", { tenantId }, (tx) =>
    recordAudit(tx, ada, [
      {
        action: "user.changed",
        object: { kind: "user", id: ada.id, name: EMAIL },
        before: { email: EMAIL, language: "en" },
        after: { email: EMAIL, language: "de" },
        reason: null,
      },
    ]),
  );
  await run("audit seal");
});
afterAll(async () => {
  await db?.drop();
  await rm(folder, { recursive: true });
});

async function run(line: string) {
  const { status, stdout } = await tollwright([...line.split(" "), "--json"], {
    db,
    surroundings: { loadConfig: () => loadConfig({ TOLLWRIGHT_SECRETS_KEY_FILE: join(folder, "secrets.key") }) },
  });
  return { status, document: JSON.parse(stdout) };
}

async function newUser(): Promise<Actor> {
  return await db.transaction("owner", {}, async (tx) => {
    const { rows } = await tx.query<{ id: string }>("select id from tenants");
    const tenantId = rows[0]?.id ?? "";
    const id = uuidv7();
    await tx.query(
      `insert into users (tenant_id, id, email, name, language, state, roles, created_by)
       values ($1, $2, $3, 'Ada Lovelace', 'en', 'active', '{owner}', 'cli:test')`,
      [tenantId, id, EMAIL],
    );
    await tx.query("update tariffs set name = name"); // nothing of hers
    await tx.query("update session_cuts set asked_by = $1", [`user:${EMAIL}`]);
    await tx.query("update journals set booked_by = $1 where tenant_id = $2", [`user:${EMAIL}`, tenantId]);
    const who = { kind: "user", id, name: `user:${EMAIL}`, tenantId, accountId: null, address: "192.0.2.77" } as const;
    return { ...who, permissions: new Set(), impersonator: null };
  });
}

/** Whether a text stands anywhere in the database. */
const stands = (text: string) =>
  db.session(async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class
       where relnamespace = 'tollwright'::regnamespace and relkind in ('r', 'p') and not relispartition`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const { rowCount } = await client.query(`select from ${name} t where position($1 in t::text) > 0 limit 1`, [
        text,
      ]);
      if (rowCount) found.push(name);
    }
    return found;
  });

test("every table that names users or accounts is known to hold something of them, or nothing", async () => {
  const tables = await db.session(async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select distinct c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relnamespace = 'tollwright'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
         and a.attname in ('account_id', 'user_id') and not a.attisdropped order by 1`,
    );
    return rows.map(({ name }) => name);
  });
  const known = new Set([...HELD.map(({ table }) => table), ...Object.keys(NOT_PERSONAL)]);
  expect(tables.filter((name) => !known.has(name))).toEqual([]);
});

test("an entry about a person names nobody in the clear, and reads whole for who may read it", async () => {
  expect(await stands(EMAIL)).not.toContain("audit_entries");
  expect(await stands("192.0.2.77")).toEqual([]);
  const { entries } = (await run("audit list --action user")).document;
  expect(entries).toMatchObject([
    {
      actor: { kind: "user", id: ada.id, name: `user:${EMAIL}` },
      address: "192.0.2.77",
      object: { name: EMAIL },
      before: { email: EMAIL, language: "en" },
      after: { email: EMAIL, language: "de" },
    },
  ]);
});

test("everything that is held of a customer is exported, without secrets", async () => {
  const path = join(folder, "clinic.json");
  const { document } = await run(`person export account:clinic --out ${path}`);
  expect(document.rows).toMatchObject({ accounts: 1, sip_users: 1, usage_events: 1, invoices: 1 });
  const held = JSON.parse(await readFile(path, "utf8"));
  expect(held.person).toMatchObject({ kind: "account", name: "clinic" });
  expect(held.held.accounts).toMatchObject([{ name: "Dr. Grace Hopper" }]);
  expect(held.held.sip_users[0]).not.toHaveProperty("secret");
  expect(held.held.usage_events).toMatchObject([{ called: "4930901820" }]);
  const actions = held.audit.map(({ action }: { action: string }) => action);
  expect(actions).toContain("account.created");
  expect(await run("person export account:nobody --out x.json")).toMatchObject({ status: 2 });
});

test("a user is erased: nothing names her any more, and the chain holds", async () => {
  const reason = "--reason asked";
  expect((await run(`person erase user:${EMAIL} ${reason} --dry-run`)).document).toMatchObject({ dryRun: true });
  expect(await stands(EMAIL)).toContain("users");
  const { document } = await run(`person erase user:${EMAIL} ${reason}`);
  expect(document).toMatchObject({ person: { kind: "user", id: ada.id }, blanked: ["users"] });
  expect(document.pseudonymised).toBeGreaterThan(0);
  expect(await stands(EMAIL)).toEqual([]);
  const { entries } = (await run("audit list --kind user --action user")).document;
  expect(entries).toMatchObject([
    { actor: { id: ada.id, name: `user:${ada.id}` }, address: null, before: { email: "(personal)", language: "en" } },
  ]);
  await run("audit seal");
  expect((await run("audit verify")).document).toMatchObject({ waiting: 0, faults: [] });
  expect(await run(`person erase user:${EMAIL} ${reason}`)).toMatchObject({ status: 2 });
  // what she still does is written down, and names her no more
  await db.transaction("app", { tenantId: ada.tenantId }, (tx) =>
    recordAudit(tx, ada, [
      { action: "x.y", object: { kind: "user", id: ada.id, name: EMAIL }, before: null, after: null, reason: null },
    ]),
  );
  expect(await stands(EMAIL)).toEqual([]);
});

test("a customer is erased as far as law lets it: invoices and books stay, and it says why", async () => {
  const { document } = await run("person erase account:clinic --reason asked");
  expect(document.deleted).toMatchObject({ sip_users: 1 });
  expect(document.kept.map(({ table }: { table: string }) => table)).toEqual(
    expect.arrayContaining(["invoices", "charges", "usage_events"]),
  );
  expect(await stands("Grace Hopper")).toEqual(["invoices"]);
  expect((await run("doctor")).document.checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
});
