import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiResources } from "../../src/server/api/resources.ts";
import { authorisePush } from "../../src/server/mediation/push-token.ts";
import { ApiServer, apiParts, type Caller } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { populateWorld, type WorldTenant } from "../support/world.ts";

let db: TestDatabase;
let folder: string;
let server: ApiServer;
let tenant: WorldTenant;
let owner: Caller;
/** Acts for the second reseller: sees itself and its customer. */
let second: Caller;
/** The other operator. */
let other: Caller;

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-settings-"));
  const { tenants } = await populateWorld(db);
  [tenant] = tenants;
  const parts = apiParts(db);
  const webhooks = { ...parts.webhooks, secretsKeyFile: join(folder, "secrets.key") };
  server = await ApiServer.start(db, apiResources({ ...parts, webhooks }));
  owner = server.caller("owner", tenant.tenantId);
  second = server.caller("second", tenant.tenantId, { accountId: tenant.accounts.second.id });
  other = server.caller("other", tenants[1].tenantId);
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
  await db?.drop();
});

interface Listed {
  readonly items: readonly Record<string, unknown>[];
  readonly nextCursor: string | null;
}
const listed = async (caller: Caller, path: string): Promise<Listed["items"]> => {
  const { status, body } = await caller.get(path);
  expect([path, status]).toEqual([path, 200]);
  return (body as Listed).items;
};

test.each(["/v1/alarms", "/v1/trunks", "/v1/account-rules", "/v1/exchange-rates", "/v1/archived-months"])(
  "%s is the operator's own: not a reseller's, and not another operator's",
  async (path) => {
    const all = path === "/v1/alarms" ? "?all=true" : "";
    const mine = await listed(owner, `${path}${all}`);
    expect(mine.length).toBeGreaterThan(0);
    expect((await second.get(path)).status).toBe(403);
    const ids = mine.flatMap(({ id }) => (id === undefined ? [] : [id]));
    for (const { id } of await listed(other, `${path}${all}`)) expect(ids).not.toContain(id);
  },
);

test.each(["/v1/trunks", "/v1/account-rules", "/v1/exchange-rates", "/v1/archived-months", "/v1/sip-users"])(
  "%s gives page by page what it gives at once",
  async (path) => {
    const all = await listed(owner, path);
    const paged: Record<string, unknown>[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const cursor = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
      const { body } = await owner.get(`${path}?limit=1${cursor}`);
      paged.push(...(body as Listed).items);
      after = (body as Listed).nextCursor;
    }
    expect(paged).toEqual(all);
  },
);

describe("tokens of sources", () => {
  test("let a switch in, until they are revoked", async () => {
    const source = String((await listed(owner, "/v1/sources"))[0]?.name);
    const issue = async (body: object) =>
      await owner.send("POST", `/v1/sources/${encodeURIComponent(source)}/tokens`, { body });
    const first = await issue({});
    expect([first.status, first.body]).toMatchObject([
      201,
      { token: expect.stringMatching(/^twp_/), revoked: expect.any(Number) },
    ]);
    const letIn = ({ body }: { readonly body: { readonly token: string } }) =>
      authorisePush(db, { source, authorization: `Bearer ${body.token}` });
    expect(await letIn(first)).toMatchObject({ tenantId: tenant.tenantId });
    const next = await issue({ revokeEarlier: true });
    expect((next.body as { revoked: number }).revoked).toBeGreaterThan(0);
    await expect(letIn(first)).rejects.toMatchObject({ code: "push-unauthorised" });
    expect(await letIn(next)).toMatchObject({ tenantId: tenant.tenantId });
  });

  test("are made by who may, of what there is", async () => {
    const missing = await owner.send("POST", "/v1/sources/nobodys/tokens", { body: {} });
    expect([missing.status, missing.body]).toMatchObject([404, { code: "source-unknown" }]);
    const reader = server.caller("reader", tenant.tenantId, { permissions: ["sources:read"] });
    for (const caller of [second, reader])
      expect((await caller.send("POST", "/v1/sources/nobodys/tokens", { body: {} })).status).toBe(403);
  });
});

describe("alarms", () => {
  test("are acknowledged once, and listed no more", async () => {
    const [alarm] = await listed(owner, "/v1/alarms?all=true");
    const path = `/v1/alarms/${alarm?.id}/acknowledgement`;
    const strangers = await other.send("POST", path);
    expect([strangers.status, strangers.body]).toMatchObject([404, { code: "alarm-unknown" }]);
    const { status, body } = await owner.send("POST", path);
    expect([status, body]).toMatchObject([200, { id: alarm?.id, acknowledgedBy: expect.any(String) }]);
    expect((await owner.send("POST", path)).body).toEqual(body);
    expect((await listed(owner, "/v1/alarms")).map(({ id }) => id)).not.toContain(alarm?.id);
  });
});

describe("SIP users", () => {
  test("are made, given another password and removed; nobody reads a password", async () => {
    const user = { account: "customer", name: "ada.of.the.api", realm: "example.com" };
    const set = async (password: string) => await owner.send("PUT", "/v1/sip-users", { body: { ...user, password } });
    expect((await set("first-password")).body).toEqual({ name: user.name, realm: user.realm, wasThere: false });
    expect((await set("second-password")).body).toMatchObject({ wasThere: true });
    const { text } = await owner.get("/v1/sip-users?account=customer");
    expect(text).toContain(user.name);
    expect(text).not.toContain("password-");
    const taken = await owner.send("PUT", "/v1/sip-users", {
      body: { ...user, account: "direct", password: "third-password" },
    });
    expect([taken.status, taken.body]).toMatchObject([409, { code: "sip-user-taken" }]);
    const { name, realm } = user;
    expect((await other.send("POST", "/v1/sip-users/removal", { body: { name, realm } })).status).toBe(404);
    expect((await owner.send("POST", "/v1/sip-users/removal", { body: { name, realm } })).status).toBe(204);
    expect((await owner.send("POST", "/v1/sip-users/removal", { body: { name, realm } })).body).toMatchObject({
      code: "sip-user-unknown",
    });
  });

  test("are seen by who acts for an account where they are of its subtree, and set by the operator alone", async () => {
    for (const account of ["customer", "direct"])
      await owner.send("PUT", "/v1/sip-users", {
        body: { account, name: `user.of.${account}`, password: "some-password" },
      });
    const names = (await listed(second, "/v1/sip-users?limit=500")).map(({ name }) => name);
    expect(names).toContain("user.of.customer");
    expect(names).not.toContain("user.of.direct");
    const body = { account: "customer", name: "other", password: "some-password" };
    expect((await second.send("PUT", "/v1/sip-users", { body })).status).toBe(403);
  });
});
