import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uuidv7 } from "../../src/clock.ts";
import { PERMISSIONS, type Permission } from "../../src/core/access/permission.ts";
import { ROLE_PERMISSIONS } from "../../src/core/access/role.ts";
import type { Actor } from "../../src/server/access/actor.ts";
import { changeAddressList } from "../../src/server/access/change-address-list.ts";
import {
  actInName,
  beginImpersonation,
  endImpersonation,
  findImpersonations,
  type WantedImpersonation,
} from "../../src/server/impersonation/impersonate.ts";
import { impersonating } from "../../src/server/impersonation/impersonating.ts";
import { createKey } from "../../src/server/keys/create-key.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

let db: TestDatabase;
let operator: Operator;
let reseller: StoredAccount;
let customer: StoredAccount;
let beside: StoredAccount;
/** The operator's, the reseller's, and the customer's, who may only read. */
let ada: Actor;
let rita: Actor;
let carl: Actor;

beforeAll(async () => {
  db = await testDatabase();
  operator = await Operator.create(db);
  reseller = await operator.account("reseller", { kind: "reseller" });
  const below = { parentId: reseller.id, bookId: reseller.bookId };
  customer = await operator.account("customer", below);
  beside = await operator.account("beside");
  ada = await user("ada", null, "owner");
  rita = await user("rita", reseller, "owner");
  carl = await user("carl", customer, "read-only");
});
afterAll(() => db?.drop());

async function user(name: string, account: StoredAccount | null, role: "owner" | "read-only"): Promise<Actor> {
  const [id, accountId, { tenantId }] = [uuidv7(), account?.id ?? null, operator];
  const email = `${name}@example.com`;
  await db.transaction("app", { tenantId }, (tx) =>
    tx.query(
      `insert into users (tenant_id, id, account_id, email, name, language, state, roles, created_by)
       values ($1, $2, $3, $4, $4, 'en', 'active', $5, 'test')`,
      [tenantId, id, accountId, email, [role]],
    ),
  );
  const permissions = new Set(ROLE_PERMISSIONS[role]);
  const rest = { address: "192.0.2.1", impersonator: null } as const;
  return { kind: "user", id, name: `user:${email}`, tenantId, accountId, permissions, ...rest };
}

const wanted = (fields: Partial<WantedImpersonation>): WantedImpersonation => ({
  ...{ accountId: null, userId: null, reason: "Ticket 4711", minutes: 60 },
  ...fields,
});
const begin = (actor: Actor, fields: Partial<WantedImpersonation>) => beginImpersonation(db, actor, wanted(fields));

describe("somebody of a node above", () => {
  test("acts as an account below, with both names, and with nothing that outlasts it", async () => {
    const { id } = await begin(ada, { accountId: reseller.id });
    const acting = await actInName(db, ada, id);
    expect(acting).toMatchObject({
      ...{ kind: "user", id: null, name: "account:reseller", accountId: reseller.id, address: "192.0.2.1" },
      impersonator: { id: ada.id, name: "user:ada@example.com" },
    });
    const lost = PERMISSIONS.filter((permission) => !acting.permissions.has(permission));
    expect(lost).toEqual(["impersonation:write", "keys:write", "users:write"]);
  });

  test("acts as a user below, with what both may", async () => {
    const { id } = await begin(rita, { userId: carl.id });
    const acting = await actInName(db, rita, id);
    expect(acting).toMatchObject({ id: carl.id, name: "user:carl@example.com", accountId: customer.id });
    expect(acting.permissions).toEqual(carl.permissions);
    const weak = { ...rita, permissions: new Set<Permission>(["calls:read", "impersonation:write", "money:write"]) };
    expect((await actInName(db, weak, id)).permissions).toEqual(new Set(["calls:read"]));
  });

  test("ends it, and from the next request on is nobody else", async () => {
    const { id } = await begin(ada, { accountId: customer.id });
    expect(await actInName(db, ada, id)).toMatchObject({ name: "account:customer" });
    expect(await endImpersonation(db, ada, id)).toMatchObject({ endedAt: expect.any(Number) });
    await expect(actInName(db, ada, id)).rejects.toMatchObject({ code: "impersonation-over" });
    expect(await endImpersonation(db, ada, id)).toMatchObject({ endedAt: expect.any(Number) });
  });
});

describe("nobody acts", () => {
  test.each<[string, () => Promise<unknown>]>([
    ["upward", () => begin(rita, { userId: ada.id })],
    ["sideways", () => begin(rita, { accountId: beside.id })],
    ["as their own account", () => begin(rita, { accountId: reseller.id })],
    ["as somebody of the operator's own people", () => begin(ada, { userId: ada.id })],
    ["as what is not there", () => begin(ada, { accountId: uuidv7() })],
    ["as a user under another account's name", () => begin(ada, { accountId: beside.id, userId: carl.id })],
    ["as nobody in particular", () => begin(ada, {})],
  ])("%s", async (_what, attempt) => {
    await expect(attempt()).rejects.toMatchObject({ code: "impersonation-unknown", status: 404 });
  });

  test("without a reason, as a program, or as somebody who acts for another already", async () => {
    const invalid = expect.objectContaining({ code: "impersonation-invalid" });
    await expect(begin(ada, { accountId: reseller.id, reason: " " })).rejects.toEqual(invalid);
    await expect(begin({ ...ada, kind: "api-key" }, { accountId: reseller.id })).rejects.toEqual(invalid);
    const { id } = await begin(ada, { accountId: reseller.id });
    const acting = await actInName(db, ada, id);
    await expect(begin(acting, { accountId: customer.id })).rejects.toMatchObject({ code: "impersonation-refused" });
  });

  test("by another's impersonation, after its time, after the account moved away, or once the right is gone", async () => {
    const over = expect.objectContaining({ code: "impersonation-over", status: 403 });
    const { id } = await begin(rita, { accountId: customer.id });
    await expect(actInName(db, ada, id)).rejects.toEqual(over);
    await expect(actInName(db, { ...rita, permissions: new Set() }, id)).rejects.toEqual(over);
    await expect(actInName(db, { ...rita, kind: "api-key" }, id)).rejects.toEqual(over);
    const move = (parentId: string | null) =>
      db.transaction("owner", {}, (tx) =>
        tx.query("update accounts set parent_id = $1 where id = $2", [parentId, customer.id]),
      );
    await move(null);
    await expect(actInName(db, rita, id)).rejects.toEqual(over);
    await move(reseller.id);
    expect(await actInName(db, rita, id)).toMatchObject({ name: "account:customer" });
    await db.transaction("owner", {}, (tx) =>
      tx.query("update impersonations set expires_at = clock_timestamp() where id = $1", [id]),
    );
    await expect(actInName(db, rita, id)).rejects.toEqual(over);
  });

  test("as a user who was disabled meanwhile", async () => {
    const dora = await user("dora", customer, "read-only");
    const { id } = await begin(ada, { userId: dora.id });
    await db.transaction("owner", {}, (tx) => tx.query("update users set state = 'disabled' where id = $1", [dora.id]));
    await expect(actInName(db, ada, id)).rejects.toMatchObject({ code: "impersonation-over" });
  });
});

test("keys and address lists are not changed in another's name", async () => {
  const { id } = await begin(ada, { accountId: reseller.id });
  const acting = await actInName(db, ada, id);
  const refused = expect.objectContaining({ code: "impersonation-refused" });
  const now = Temporal.Instant.from("2026-03-01T00:00Z");
  const key = { name: "door", accountId: null, permissions: [], addresses: [], expiresAt: now.add({ hours: 1 }) };
  await expect(createKey(db, acting, key, now)).rejects.toEqual(refused);
  await expect(changeAddressList(db, acting, { userId: null }, [])).rejects.toEqual(refused);
});

test("who is acted for sees by whom and why, and may end it; who is beside sees nothing", async () => {
  const { id } = await begin(ada, { accountId: customer.id });
  const seen = async (actor: Actor) =>
    (await findImpersonations(db, actor, { after: undefined, limit: 100 })).map((one) => one.id);
  const boris = await user("boris", beside, "owner");
  const cora = await user("cora", customer, "owner");
  expect(await seen(carl)).toContain(id);
  expect(await seen(boris)).toEqual([]);
  await expect(endImpersonation(db, boris, id)).rejects.toMatchObject({ code: "impersonation-unknown" });
  await expect(endImpersonation(db, carl, id)).rejects.toMatchObject({ code: "impersonation-unknown" });
  expect(await endImpersonation(db, cora, id)).toMatchObject({ byName: "user:ada@example.com", reason: "Ticket 4711" });
  const { rows } = await db.transaction("app", { tenantId: operator.tenantId, accountId: customer.id }, (tx) =>
    tx.query("select action, actor_id, reason, is_security from audit_entries where object_id = $1 order by id", [id]),
  );
  const shared = { reason: "Ticket 4711", is_security: true };
  expect(rows).toEqual([
    { action: "impersonation.begun", actor_id: ada.id, ...shared },
    { action: "impersonation.ended", actor_id: cora.id, ...shared },
  ]);
});

test("a request says by itself in whose name it is; the same credentials without that are one's own", async () => {
  const { id } = await begin(ada, { accountId: reseller.id });
  const authenticate = impersonating(db, async () => ada);
  const ask = (headers: Readonly<Record<string, string | string[]>>) =>
    authenticate({ method: "GET", path: "/v1/me", address: "192.0.2.1", headers });
  expect(await ask({})).toBe(ada);
  expect(await ask({ "tollwright-impersonation": id })).toMatchObject({ accountId: reseller.id });
  for (const wrong of ["x", "", uuidv7(), [id, id]])
    await expect(ask({ "tollwright-impersonation": wrong })).rejects.toMatchObject({ code: "impersonation-over" });
  expect(await impersonating(db, async () => null)({ method: "GET", path: "/", address: "", headers: {} })).toBeNull();
});
