import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { sealTotp } from "../../src/server/people/totp.ts";
import { personKeyOwner, SEALED_COLUMNS } from "../../src/server/secrets/sealed-columns.ts";
import { openSecret, type SealedSecret, sealSecret } from "../../src/server/secrets/sealed-secret.ts";
import { readSecretsKey, secretsKeyOf } from "../../src/server/secrets/secrets-key.ts";
import { KnownSipUsers } from "../../src/server/sip-users/known-sip-users.ts";
import { ownerOfSecret } from "../../src/server/sip-users/sip-user.ts";
import { sealWebhookSecret } from "../../src/server/webhooks/sealed-webhook-secret.ts";
import { setup } from "../rerating/story.ts";
import { tollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
let folder: string;
let keyFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollwright-secrets-"));
  keyFile = join(folder, "secrets.key");
  db = await testDatabase();
  await run("apply -", JSON.stringify(setup()));
  await makeUsers();
});
afterAll(async () => {
  await db?.drop();
  await rm(folder, { recursive: true });
});

async function run(line: string, stdin = "") {
  const { status, stdout } = await tollwright([...line.split(" "), "--json"], {
    ...{ db, stdin },
    surroundings: { loadConfig: () => loadConfig({ TOLLWRIGHT_SECRETS_KEY_FILE: keyFile }) },
  });
  return { status, document: JSON.parse(stdout) };
}

const USERS = ["ada", "ben", "cleo"].map((name) => ({ name, password: `the secret of ${name}` }));
const makeUsers = async () => {
  const rows = USERS.map(({ name, password }) => `bakery,${name},${password}`);
  expect((await run("sip-user import -", `account,user,password\n${rows.join("\n")}\n`)).status).toBe(0);
};

const tenantId = async () =>
  db.transaction(
    "owner",
    {},
    async (tx) => (await tx.query<{ id: string }>("select id from tenants")).rows[0]?.id ?? "",
  );

test("the list of sealed columns is that of the schema", async () => {
  const tables = await db.session(async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relnamespace = 'tollwright'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'key_id'
         and not a.attisdropped order by 1`,
    );
    return rows.map(({ name }) => name);
  });
  expect(SEALED_COLUMNS.map(({ table }) => table).sort()).toEqual(tables);
});

test("nothing that was set as a secret stands in a dump of the database", async () => {
  const shown = [
    (await run("sip-user set-password eve --account bakery")).document.password,
    (await run("source token switch")).document.token,
    (await run("key create crm --permission accounts:read")).document.secret,
  ];
  expect(shown.every((secret) => typeof secret === "string" && secret.length > 15)).toBe(true);
  await run("audit seal");
  const file = join(folder, "dump");
  await writeFile(file, await dump());
  const text = await readFile(file, "latin1");
  for (const secret of [...shown, ...USERS.map(({ password }) => password)]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(secret).toString("hex"));
    expect(text).not.toContain(Buffer.from(secret).toString("base64"));
  }
  const key = (await readFile(keyFile, "latin1")).trim();
  expect(text).not.toContain(key);
  expect(text).toContain("Bakery"); // the dump has the rows
});

/** Every row of every table as text, as the superuser reads it. */
const dump = () =>
  db.session(async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class
       where relnamespace = 'tollwright'::regnamespace and relkind in ('r', 'p') and not relispartition`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      texts.push(...rows.map(({ row }) => row));
    }
    return texts.join("\n");
  });

test("a rotation seals everything again, while processes go on, and then the old key can go", async () => {
  const users = new KnownSipUsers(db, keyFile);
  const tenant = await tenantId();
  const passwordOf = async (name: string) => (await users.find({ tenantId: tenant, name, realm: "" }))?.secret;
  expect(await passwordOf("ada")).toMatchObject({ password: "the secret of ada" });
  const old = (await readSecretsKey(keyFile))?.id;
  expect((await run("secrets rotate --dry-run")).document).toMatchObject({ secrets: 9 });
  expect((await readSecretsKey(keyFile))?.id).toBe(old);
  expect((await run("secrets forget")).document).toMatchObject({ forgotten: [] });

  const { document } = await run("secrets rotate");
  expect(document).toMatchObject({ isNew: true, resealed: 9, unreadable: [] });
  const key = await readSecretsKey(keyFile);
  expect([key?.id, key?.older?.map(({ id }) => id)]).toEqual([document.keyId, [old]]);
  expect(await passwordOf("ben")).toMatchObject({ password: "the secret of ben" }); // by the process that ran before
  expect((await run("secrets status")).document.keys).toMatchObject([
    { id: document.keyId, state: "current", secrets: 9, tables: { sip_users: 4, person_keys: 5 } },
    { id: old, state: "older", secrets: 0 },
  ]);
  expect((await run("secrets forget")).document).toEqual({ forgotten: [old], dryRun: false });
  expect(await new KnownSipUsers(db, keyFile).find({ tenantId: tenant, name: "cleo", realm: "" })).toMatchObject({
    secret: { password: "the secret of cleo" },
  });
});

test("a rotation that was broken off goes on with the key that it had made", async () => {
  const before = await readSecretsKey(keyFile);
  const first = await run("secrets rotate");
  await db.transaction("owner", {}, async (tx) => {
    // as if it had come to all but one
    const boundTo = ["sip-user", await tenantId(), "ada", "", "password"];
    if (before === undefined) throw new Error("there was a key");
    const { octets } = sealSecret(before, "the secret of ada", boundTo);
    await tx.query("update sip_users set secret = $1, key_id = $2 where name = 'ada'", [
      Buffer.from(octets),
      before.id,
    ]);
  });
  expect((await run("secrets rotate")).document).toMatchObject({
    ...{ keyId: first.document.keyId, isNew: false, resealed: 1, unreadable: [] },
  });
});

test("a key file of somewhere else opens nothing, says so, and changes nothing", async () => {
  const right = await readFile(keyFile);
  const id = (await readSecretsKey(keyFile))?.id;
  await writeFile(keyFile, `${"ab".repeat(32)}\n`, { mode: 0o600 });
  expect(await run("secrets status")).toMatchObject({ status: 1 });
  const { status, document } = await run("secrets rotate");
  expect(status).toBe(1);
  expect(document).toMatchObject({ resealed: 0 });
  expect(document.unreadable).toHaveLength(9);
  expect(document.unreadable[0]).toMatch(
    new RegExp(`was sealed under the key ${id}, and TOLLWRIGHT_SECRETS_KEY_FILE has`),
  );
  await writeFile(keyFile, right);
  const found = await new KnownSipUsers(db, keyFile).find({ tenantId: await tenantId(), name: "ada", realm: "" });
  expect(found).toMatchObject({ secret: { password: "the secret of ada" } });
});

test("a rotation knows whose each secret is as the room does that sealed it", () => {
  const key = secretsKeyOf(new Uint8Array(32).fill(7));
  const row = {
    tenant_id: "t",
    id: "i",
    name: "ada",
    realm: "",
    secret_kind: "password",
    user_id: "u",
    webhook_id: "w",
  };
  const owner = { tenantId: "t", webhookId: "w", id: "i" };
  const sealed: Record<string, SealedSecret> = {
    sip_users: sealSecret(key, "s", ownerOfSecret({ tenantId: "t", name: "ada", realm: "" }, "password")),
    user_second_factors: sealTotp(key, { tenantId: "t", id: "u" }, { id: "i", secret: "s" }),
    webhook_secrets: sealWebhookSecret(key, "s", owner),
    person_keys: sealSecret(key, "s", personKeyOwner("t", "user:u")),
  };
  for (const { table, what, boundTo } of SEALED_COLUMNS) {
    const secret = sealed[table];
    if (secret === undefined) throw new Error(`say here how ${table} is sealed`);
    expect(openSecret(key, secret, { boundTo: boundTo({ ...row, person: "user:u" }), what })).toBe("s");
  }
});
