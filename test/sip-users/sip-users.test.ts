import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { KnownSipUsers } from "../../src/server/sip-users/known-sip-users.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const PASSWORD = "correct horse";
const HA1 = "939e7578ed9e3c518a452acee763bce9";

let db: TestDatabase;
let folder: string;
let keyFile: string;
let given: Parameters<typeof tollwright>[1];

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-sip-users-"));
  keyFile = join(folder, "secrets.key");
  given = { db, surroundings: { loadConfig: () => loadConfig({ TOLLWRIGHT_SECRETS_KEY_FILE: keyFile }) } };
  await apply({ tenant: { name: "Ada's", currency: "EUR" }, accounts: ["bakery", "callshop"].map(customer) });
});
afterAll(async () => {
  await db?.drop();
  await rm(folder, { recursive: true });
});
beforeEach(() => db.transaction("owner", {}, (tx) => tx.query("delete from sip_users")));

const customer = (code: string) => ({ code, kind: "customer" });
const apply = (setup: object) => tollwright(["apply", "-"], { ...given, stdin: JSON.stringify(setup) });
const user = (words: readonly string[], stdin = "") => tollwright(["sip-user", ...words], { ...given, stdin });
const list = async () => (await user(["list", "--json"])).stdout;

/** The secret of the user, as a process finds it that has just begun. */
async function secretOf(name: string, realm = "", file = keyFile) {
  const tenant = await db.transaction("owner", {}, (tx) => tx.query<{ id: string }>("select id from tenants"));
  const found = await new KnownSipUsers(db, file).find({ tenantId: tenant.rows[0]?.id ?? "", name, realm });
  return found?.secret ?? null;
}

describe("by the setup file", () => {
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return { file: join(folder, name) };
  };
  const setup = (...sipUsers: object[]) => ({
    tenant: { name: "Ada's" },
    accounts: [{ ...customer("bakery"), sipUsers }, customer("callshop")],
  });

  test("a user is made, stays as he is when the file is applied again, and has the new password when it changed", async () => {
    const passwordFrom = await file("password", `${PASSWORD}\n`);
    const one = setup({ user: "ada", passwordFrom }, { user: "eve", realm: "r", ha1From: await file("ha1", HA1) });
    expect((await apply(one)).stdout).toContain("2 created, 0 changed");
    expect([await secretOf("ada", "any"), await secretOf("eve", "r"), await secretOf("eve")]).toEqual([
      { kind: "password", password: PASSWORD },
      { kind: "ha1", ha1: HA1 },
      null,
    ]);
    expect((await apply(one)).stdout).toContain("0 created, 0 changed");
    expect((await apply(setup({ user: "ada" }))).stdout).toContain("0 created, 0 changed");
    await file("password", "another");
    const { stdout } = await apply(one);
    expect(stdout).toMatch(/changed +sip-user +ada +secret/);
    expect(await secretOf("ada")).toEqual({ kind: "password", password: "another" });
  });

  test("what is wrong is told with its place, and shows no secret", async () => {
    const passwordFrom = await file("password", PASSWORD);
    await user(["set-password", "bob", "--account", "callshop", "--from", "-"], PASSWORD);
    const { status, stderr } = await apply(
      setup(
        ...[{ user: "ada" }, { user: "a:b", passwordFrom }, { user: "eve", ha1From: passwordFrom }],
        ...[
          { user: "eve", realm: "r", ha1From: passwordFrom },
          { user: "bob", passwordFrom },
        ],
        ...[
          { user: "ida", passwordFrom },
          { user: "ida", passwordFrom },
        ],
        { user: "oda", passwordFrom: { file: join(folder, "not there") } },
      ),
    );
    expect(status).toBe(2);
    for (const place of [0, 1, 2, 3, 4, 6, 7]) expect(stderr).toContain(`/accounts/0/sipUsers/${place}: `);
    expect(stderr).not.toContain(PASSWORD);
    expect(await list()).not.toContain("ida");
  });
});

describe("by the command line", () => {
  test("a password is made, shown once, and never again", async () => {
    const { document } = await tollwrightJson<{ password: string }>(
      ["sip-user", "set-password", "ada", "--account", "bakery"],
      given,
    );
    expect(document.password).toHaveLength(20);
    expect(await secretOf("ada")).toEqual({ kind: "password", password: document.password });
    expect(await list()).not.toContain(document.password);
    expect(JSON.parse(await list())).toMatchObject({ users: [{ account: "bakery", name: "ada", realm: "" }] });
  });

  test("many are imported, all or none; of a broken file no secret is shown", async () => {
    const rows = `account,user,realm,password,ha1\nbakery,ada,,${PASSWORD},\ncallshop,bob,example.com,,${HA1}\n`;
    expect((await user(["import", "-"], rows)).stdout).toBe("2 users made, 0 changed.\n");
    expect((await user(["import", "-"], rows)).stdout).toBe("0 users made, 2 changed.\n");
    expect(await secretOf("bob", "example.com")).toEqual({ kind: "ha1", ha1: HA1 });
    for (const broken of [
      `${rows}bakery,eve,,${PASSWORD},${HA1}\n`,
      `${rows}nobody,eve,,${PASSWORD},\n`,
      `${rows}bakery,bob,example.com,${PASSWORD},\n`,
      `${rows}bakery,eve,,"${PASSWORD}\n`,
      `${rows}bakery,eve,${PASSWORD}\n`,
      `user,secret\neve,${PASSWORD}\n`,
    ]) {
      const { status, stderr } = await user(["import", "-"], broken);
      expect([status, await secretOf("eve")]).toEqual([2, null]);
      expect(stderr).not.toMatch(new RegExp(`${PASSWORD}|${HA1}`));
    }
  });

  test("a user is removed, of one realm or of any", async () => {
    for (const realm of ["a", "b"])
      await user(["set-password", "ada", "--account", "bakery", "--realm", realm, "--from", "-"], realm);
    expect((await user(["remove", "ada", "--realm", "a"])).stdout).toBe("ada@a is removed.\n");
    expect([await secretOf("ada", "a"), await secretOf("ada", "b")]).toEqual([
      null,
      { kind: "password", password: "b" },
    ]);
    expect((await user(["remove", "ada"])).stderr).toContain("sip-user-unknown");
  });
});

describe("what is stored", () => {
  beforeEach(async () => {
    await user(["set-password", "ada", "--account", "bakery", "--from", "-"], PASSWORD);
  });

  test("is sealed: the database holds the password nowhere", async () => {
    const { rows } = await db.transaction("owner", {}, (tx) =>
      tx.query<{ row: string }>("select sip_users::text || encode(secret, 'escape') as row from sip_users"),
    );
    expect(rows[0]?.row).not.toContain(PASSWORD);
  });

  test("opens under no other key, and in nobody else's place", async () => {
    const other = join(folder, "other.key");
    await writeFile(other, "b".repeat(64));
    await chmod(other, 0o600);
    await expect(secretOf("ada", "", other)).rejects.toMatchObject({ code: "secret-sealed-otherwise" });
    await expect(secretOf("ada", "", join(folder, "none"))).rejects.toMatchObject({ code: "secrets-key-unusable" });
    await db.transaction("owner", {}, (tx) => tx.query("update sip_users set name = 'eve'"));
    await expect(secretOf("eve")).rejects.toMatchObject({ code: "secret-sealed-otherwise" });
  });
});

test("many look-ups at once are a few statements, and each gets its own user", async () => {
  const rows = Array.from({ length: 300 }, (_, index) => `bakery,user-${index},,password-${index},\n`);
  await user(["import", "-"], `account,user,realm,password,ha1\n${rows.join("")}`);
  const tenant = await db.transaction("owner", {}, (tx) => tx.query<{ id: string }>("select id from tenants"));
  const tenantId = tenant.rows[0]?.id ?? "";
  let statements = 0;
  const counted = {
    ...db,
    transaction: (...args: Parameters<typeof db.transaction>) => {
      statements += 1;
      return db.transaction(...args);
    },
  } as typeof db;
  const known = new KnownSipUsers(counted, keyFile);
  const names = Array.from({ length: 600 }, (_, index) => `user-${index}`);
  for (const _time of ["first", "second"]) {
    const found = await Promise.all(names.map((name) => known.find({ tenantId, name, realm: "" })));
    expect(found.map((one) => (one?.secret.kind === "password" ? one.secret.password : null))).toEqual(
      names.map((_, index) => (index < 300 ? `password-${index}` : null)),
    );
  }
  expect(statements).toBe(2);
  for (const name of ["", "a\0b", "a b", "x".repeat(200)])
    expect(await known.find({ tenantId, name, realm: "" })).toBeUndefined();
  expect(statements).toBe(2);
});

test("while the database is away users are known as they were, and others are not", async () => {
  await user(["set-password", "ada", "--account", "bakery", "--from", "-"], PASSWORD);
  const tenant = await db.transaction("owner", {}, (tx) => tx.query<{ id: string }>("select id from tenants"));
  const tenantId = tenant.rows[0]?.id ?? "";
  let isAway = false;
  const shaky = {
    ...db,
    transaction: (...args: Parameters<typeof db.transaction>) =>
      isAway ? Promise.reject(new Error("away")) : db.transaction(...args),
  } as typeof db;
  const known = new KnownSipUsers(shaky, keyFile);
  const ada = { tenantId, name: "ada", realm: "" };
  vi.useFakeTimers({ toFake: ["performance"] }); // from the beginning: the worker's own clock may be far ahead
  onTestFinished(() => void vi.useRealTimers());
  const before = await known.find(ada);
  isAway = true;
  vi.advanceTimersByTime(60_000);
  expect(await known.find(ada)).toEqual(before);
  await expect(known.find({ ...ada, name: "eve" })).rejects.toThrow("away");
  vi.advanceTimersByTime(3_600_000);
  await expect(known.find(ada)).rejects.toThrow("away");
});
