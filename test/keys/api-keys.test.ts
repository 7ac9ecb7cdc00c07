import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { PERMISSIONS, type Permission } from "../../src/core/access/permission.ts";
import type { Actor } from "../../src/server/access/actor.ts";
import { AddressLists } from "../../src/server/access/address-lists.ts";
import { keyAuthenticator } from "../../src/server/keys/authenticate-key.ts";
import { changeKey, revokeKey } from "../../src/server/keys/change-key.ts";
import { createKey, type WantedKey } from "../../src/server/keys/create-key.ts";
import { findKeys } from "../../src/server/keys/find-keys.ts";
import { makeKey } from "../../src/server/keys/key-text.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

let db: TestDatabase;
let operator: Operator;
let stranger: Operator;
beforeAll(async () => {
  db = await testDatabase();
  operator = await Operator.create(db, { name: "Ada's" });
  stranger = await Operator.create(db, { name: "Eve's" });
});
afterAll(() => db?.drop());

const actor = (fields: Partial<Actor> = {}): Actor => ({
  kind: "user",
  id: null,
  name: "user:ada@example.com",
  tenantId: operator.tenantId,
  accountId: null,
  permissions: new Set(PERMISSIONS),
  address: "192.0.2.1",
  impersonator: null,
  ...fields,
});
const wanted = (fields: Partial<WantedKey> = {}): WantedKey => ({
  name: makeKey().hint + makeKey().hint,
  accountId: null,
  permissions: ["calls:read"],
  addresses: [],
  expiresAt: now().add({ hours: 1 }),
  ...fields,
});
const create = (fields: Partial<WantedKey> = {}, by: Partial<Actor> = {}) =>
  createKey(db, actor(by), wanted(fields), now());
const request = (secret: string, address = "192.0.2.1") => ({
  method: "GET",
  path: "/v1/accounts",
  address,
  headers: { authorization: `Bearer ${secret}` },
});
const authenticator = () => keyAuthenticator(db, new AddressLists(db));
/** As a process does that has just begun. */
const ask = (secret: string, address?: string) => authenticator()(request(secret, address));

describe("a key", () => {
  test("acts with its permissions for its account, and its secret is stored nowhere", async () => {
    const account = await operator.account("bakery");
    const { key, secret } = await create({ name: "till", accountId: account.id, permissions: ["calls:read"] });
    expect(await ask(secret)).toEqual({
      kind: "api-key",
      id: key.id,
      name: "key:till",
      tenantId: operator.tenantId,
      accountId: account.id,
      permissions: new Set(["calls:read"]),
      address: "192.0.2.1",
      impersonator: null,
    });
    const { rows } = await db.transaction("owner", {}, (tx) =>
      tx.query<{ text: string }>(
        "select t::text as text from api_keys t union all select t::text from audit_entries t where object_kind = 'key'",
      ),
    );
    expect(rows.length).toBeGreaterThan(1);
    for (const { text } of rows) expect(text).not.toContain(secret.slice(8, -4));
  });

  test("is refused alike when it is unknown, mistyped, revoked, over, or comes from elsewhere", async () => {
    const revoked = await create();
    await revokeKey(db, actor(), revoked.key.id);
    const over = await create();
    await db.transaction("owner", {}, (tx) =>
      tx.query("update api_keys set expires_at = clock_timestamp() where id = $1", [over.key.id]),
    );
    const elsewhere = await create({ addresses: ["198.51.100.0/24", "2001:db8::/32"] });
    const refusals = await Promise.all(
      [makeKey().text, `${makeKey().text.slice(0, -1)}!`, "x", revoked.secret, over.secret, elsewhere.secret].map(
        (secret) => ask(secret).then(String, (error: Error) => JSON.stringify({ ...error, text: error.message })),
      ),
    );
    expect(new Set(refusals).size).toBe(1);
    expect(refusals[0]).toContain('"code":"key-refused","status":401');
    expect(await ask(elsewhere.secret, "198.51.100.7")).toMatchObject({ id: elsewhere.key.id });
    expect(await ask(elsewhere.secret, "2001:db8:1::1")).toMatchObject({ id: elsewhere.key.id });
    await expect(ask(elsewhere.secret, "no address")).rejects.toMatchObject({ code: "key-refused" });
  });

  test("stops within a second of being revoked where it is in use, and others go on", async () => {
    const [one, another] = [await create(), await create()];
    const authenticate = authenticator();
    for (const { secret } of [one, another]) expect(await authenticate(request(secret))).not.toBeNull();
    const began = performance.now();
    await revokeKey(db, actor(), one.key.id);
    await expect
      .poll(
        () =>
          authenticate(request(one.secret)).then(
            () => "taken",
            () => "refused",
          ),
        {
          interval: 50,
          timeout: 5_000,
        },
      )
      .toBe("refused");
    expect(performance.now() - began).toBeLessThan(2_000); // a second, and what the machine takes
    expect(await authenticate(request(another.secret))).toMatchObject({ id: another.key.id });
  });

  test("says when and from where it was used last, once a minute", async () => {
    const { key, secret } = await create({ name: "last-use" });
    const used = async () => {
      const keys = await findKeys(db, actor(), { withEnded: false, limit: 100 });
      const { lastUsedAt, lastUsedFrom } = keys.find(({ id }) => id === key.id) ?? {};
      return { lastUsedAt, lastUsedFrom };
    };
    expect(await used()).toEqual({ lastUsedAt: null, lastUsedFrom: null });
    await ask(secret, "198.51.100.1");
    const first = await used();
    expect(first).toEqual({ lastUsedAt: expect.any(Number), lastUsedFrom: "198.51.100.1" });
    await ask(secret, "198.51.100.2");
    expect(await used()).toEqual(first);
  });

  test("no header, or another scheme, is somebody else's to know", async () => {
    const authenticate = authenticator();
    const facts = { method: "GET", path: "/", address: "192.0.2.1" };
    expect(await authenticate({ ...facts, headers: {} })).toBeNull();
    expect(await authenticate({ ...facts, headers: { authorization: "Basic YTpi" } })).toBeNull();
  });
});

describe("who makes keys", () => {
  test.each<[string, Partial<WantedKey>, string, Partial<Actor>, string]>([
    // code, wanted, what its message says, by whom, why
    [
      "permissions-exceeded",
      { permissions: ["money:write"] },
      "money:write",
      { permissions: new Set<Permission>(["keys:write"]) },
      "nobody gives what they do not have",
    ],
    [
      "key-account-unknown",
      { accountId: "00000000-0000-7000-8000-000000000000" },
      "no such account",
      {},
      "no such account",
    ],
    [
      "impersonation-refused",
      {},
      "another's name",
      { impersonator: { id: "x", name: "user:boss" } },
      "a key would outlive the impersonation",
    ],
    ["key-invalid", { name: " " }, "name", {}, "nobody could tell it from others"],
    ["key-invalid", { name: "a\nb" }, "name", {}, "a line end forges lines of logs"],
    ["key-invalid", { name: "n".repeat(101) }, "name", {}, "bounded"],
    ["key-invalid", { addresses: ["192.0.2.0/33"] }, "192.0.2.0/33", {}, "not a range"],
    ["key-invalid", { addresses: Array<string>(101).fill("192.0.2.1") }, "100", {}, "bounded"],
    [
      "key-invalid",
      { expiresAt: Temporal.Instant.from("2020-01-01T00:00Z") },
      "time to come",
      {},
      "over before it begins",
    ],
    ["key-invalid", { expiresAt: Temporal.Instant.from("2090-01-01T00:00Z") }, "ten years", {}, "every key ends"],
  ])("%s: %j (%s)", async (code, fields, text, by) => {
    const refused = expect.objectContaining({ code, what: expect.stringContaining(text) });
    await expect(create(fields, by)).rejects.toEqual(refused);
  });

  test("an account of another tenant is no account, and its keys are no keys", async () => {
    const foreign = await stranger.account("theirs");
    await expect(create({ accountId: foreign.id })).rejects.toMatchObject({ code: "key-account-unknown" });
    const { key, secret } = await create({ name: "mine" });
    const them = actor({ tenantId: stranger.tenantId });
    await expect(revokeKey(db, them, key.id)).rejects.toMatchObject({ code: "key-unknown" });
    await expect(changeKey(db, them, key.id, { name: "x" })).rejects.toMatchObject({ code: "key-unknown" });
    expect(await findKeys(db, them, { withEnded: true, limit: 100 })).toEqual([]);
    expect(await ask(secret)).not.toBeNull();
  });

  test("two keys in use have two names; the name of one that was revoked is free", async () => {
    const { key } = await create({ name: "Shop" });
    await expect(create({ name: "shop" })).rejects.toMatchObject({ code: "key-name-taken" });
    const other = await create({ name: "other" });
    await expect(changeKey(db, actor(), other.key.id, { name: "SHOP" })).rejects.toMatchObject({
      code: "key-name-taken",
    });
    await revokeKey(db, actor(), key.id);
    expect(await changeKey(db, actor(), other.key.id, { name: "SHOP" })).toMatchObject({ name: "SHOP" });
    await expect(changeKey(db, actor(), key.id, { name: "again" })).rejects.toMatchObject({ code: "key-unknown" });
  });

  test("ranges of a key are not changed by who has less than the key", async () => {
    const { key } = await create({ permissions: ["money:write"], addresses: ["192.0.2.1"] });
    const weaker = actor({ permissions: new Set<Permission>(["keys:write"]) });
    await expect(changeKey(db, weaker, key.id, { addresses: [] })).rejects.toMatchObject({
      code: "permissions-exceeded",
    });
    expect(await changeKey(db, weaker, key.id, { name: "renamed" })).toMatchObject({ addresses: ["192.0.2.1"] });
  });

  test("every change is in the audit, with who and what, and as a security event", async () => {
    const { key } = await create({ name: "audited" });
    await changeKey(db, actor(), key.id, { name: "audited too" });
    await revokeKey(db, actor(), key.id);
    await revokeKey(db, actor(), key.id);
    const { rows } = await db.transaction("app", { tenantId: operator.tenantId }, (tx) =>
      tx.query(
        "select action, actor_name, is_security, after ->> 'name' as name from audit_entries where object_id = $1 order by id",
        [key.id],
      ),
    );
    const by = { actor_name: "user:ada@example.com", is_security: true };
    expect(rows).toEqual([
      { action: "key.created", name: "audited", ...by },
      { action: "key.changed", name: "audited too", ...by },
      { action: "key.revoked", name: "audited too", ...by },
    ]);
  });
});

test("from the command line a key is made, listed without its secret, and revoked", async () => {
  const words = (...rest: string[]) => ["--tenant", "Ada's", "key", ...rest];
  const made = await tollwrightJson<{ id: string; secret: string }>(
    words("create", "cli", "--role", "read-only", "--permission", "money:write", "--address", "192.0.2.0/24"),
    { db, surroundings: { now } },
  );
  expect(made).toMatchObject({ status: 0, document: { name: "cli", addresses: ["192.0.2.0/24"] } });
  const { secret } = made.document;
  expect((await ask(secret))?.permissions.has("money:write")).toBe(true);
  const listed = await tollwright(words("list"), { db });
  expect(listed.stdout).toContain(`…${secret.slice(-4)}`);
  expect(listed.stdout).not.toContain(secret.slice(8, 30));
  expect((await tollwright(words("revoke", "cli"), { db })).stdout).toContain('"cli"');
  await expect(ask(secret)).rejects.toMatchObject({ code: "key-refused" });
  expect((await tollwright(words("revoke", "cli"), { db })).stderr).toContain("no such API key");
  expect((await tollwright(words("create", "x", "--permission", "all"), { db })).stderr).toContain("calls:read");
  expect((await tollwright(words("create", "x"), { db })).stderr).toContain("--role");
});
