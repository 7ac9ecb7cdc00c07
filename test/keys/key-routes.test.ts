import { afterAll, beforeAll, expect, test } from "vitest";
import { addressListRoutes } from "../../src/server/access/address-list-routes.ts";
import { AddressLists } from "../../src/server/access/address-lists.ts";
import { keyAuthenticator } from "../../src/server/keys/authenticate-key.ts";
import { keyRoutes } from "../../src/server/keys/routes.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { ApiServer, type Caller } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

interface Key {
  readonly id: string;
  readonly name: string;
  readonly secret?: string;
  readonly [field: string]: unknown;
}

let db: TestDatabase;
let server: ApiServer;
let operator: Operator;
let reseller: StoredAccount;
let owner: Caller;
let resellers: Caller;

beforeAll(async () => {
  db = await testDatabase();
  operator = await Operator.create(db);
  reseller = await operator.account("reseller", { kind: "reseller" });
  server = await ApiServer.start(db, [...keyRoutes(), ...addressListRoutes()]);
  owner = server.caller("owner", operator.tenantId);
  resellers = server.caller("resellers", operator.tenantId, { accountId: reseller.id });
});
afterAll(async () => {
  await server?.close();
  await db?.drop();
});

const KEY = { name: "crm", permissions: ["calls:read"] };
const make = async (caller: Caller, fields: object = {}) =>
  (await caller.post("/v1/keys", { ...KEY, ...fields })).body as Key;

test("a key is made, shown without its secret, changed and revoked", async () => {
  const made = await owner.post("/v1/keys", { ...KEY, addresses: ["192.0.2.0/24"] });
  expect(made.status).toBe(201);
  const { secret, ...key } = made.body as Key;
  expect(secret).toMatch(/^tw_live_/);
  expect((await owner.get(`/v1/keys/${key.id}`)).body).toEqual(key);
  const changed = await owner.patch(`/v1/keys/${key.id}`, { name: "crm 2", addresses: [] });
  expect(changed.body).toEqual({ ...key, name: "crm 2", addresses: [] });
  const revoked = await owner.send("DELETE", `/v1/keys/${key.id}`);
  expect(revoked.body).toMatchObject({ revokedBy: "key:owner", revokedAt: expect.stringMatching(/Z$/) });
  expect((await owner.send("DELETE", `/v1/keys/${key.id}`)).body).toEqual(revoked.body);
});

test("lists come in pages; ended keys only when they are asked for", async () => {
  const keys: Key[] = [];
  for (const name of ["one", "two", "three"]) keys.push(await make(owner, { name }));
  await owner.send("DELETE", `/v1/keys/${keys[1]?.id}`);
  const names = async (path: string) => {
    const { body } = await owner.get(path);
    const { items, nextCursor } = body as { items: Key[]; nextCursor: string | null };
    return [items.map(({ name }) => name).join(), nextCursor] as const;
  };
  const [first, cursor] = await names("/v1/keys?limit=1");
  expect(first).toBe("three");
  expect(await names(`/v1/keys?limit=1&after=${cursor}`)).toEqual(["one", null]);
  expect((await names("/v1/keys?ended=true&limit=3"))[0]).toBe("three,two,one");
  const foreign = Buffer.from(JSON.stringify(["keys", "x' or 1=1"])).toString("base64url");
  expect(await owner.get(`/v1/keys?after=${foreign}`)).toMatchObject({ status: 400, body: { code: "cursor-invalid" } });
});

test("a reseller makes keys for its own subtree, and sees none of the operator's", async () => {
  const own = await make(resellers, { name: "own" });
  expect(own.accountId).toBe(reseller.id);
  const above = await make(owner, { name: "above" });
  const beside = await operator.account("beside");
  expect((await resellers.get("/v1/keys")).body).toMatchObject({ items: [{ id: own.id }] });
  for (const method of ["GET", "DELETE"])
    expect(await resellers.send(method, `/v1/keys/${above.id}`)).toMatchObject({
      status: 404,
      body: { code: "key-unknown" },
    });
  const wanted = { ...KEY, name: "beside", accountId: beside.id };
  expect((await resellers.post("/v1/keys", wanted)).body).toMatchObject({ code: "key-account-unknown" });
  // Whether the operator has a key of that name can't be found out either.
  expect((await make(resellers, { name: "above" })).accountId).toBe(reseller.id);
});

test("a real key opens the API over HTTP, and an address list closes it", async () => {
  const { secret } = await make(owner, { name: "real", permissions: ["keys:read", "settings:read", "settings:write"] });
  const lists = new AddressLists(db);
  const real = await ApiServer.start(db, [...keyRoutes(), ...addressListRoutes()], {
    authenticators: [keyAuthenticator(db, lists)],
  });
  try {
    const headers = { authorization: `Bearer ${secret}` };
    const program = real.stranger();
    expect(await program.get("/v1/keys", { headers })).toMatchObject({ status: 200 });
    expect(await program.get("/v1/keys")).toMatchObject({ status: 401, body: { code: "not-signed-in" } });
    const locksOut = await program.send("PUT", "/v1/address-list", { headers, body: { addresses: ["192.0.2.0/24"] } });
    expect(locksOut).toMatchObject({ status: 409, body: { code: "address-list-locks-out" } });
    const set = await program.send("PUT", "/v1/address-list", { headers, body: { addresses: ["127.0.0.0/8", "::1"] } });
    expect(set).toMatchObject({ status: 200 });
    // Sent by a client that no proxy stands before: only a header.
    const spoofed = { ...headers, "x-forwarded-for": "192.0.2.1" };
    expect(await program.get("/v1/address-list", { headers: spoofed })).toMatchObject({
      status: 200,
      body: { addresses: ["127.0.0.0/8", "::1"] },
    });
  } finally {
    await real.close();
  }
});
