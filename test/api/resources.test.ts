import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiResources } from "../../src/server/api/resources.ts";
import { ApiServer, apiParts, type Caller } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { populateWorld, type WorldTenant } from "../support/world.ts";

let db: TestDatabase;
let server: ApiServer;
let tenant: WorldTenant;
let owner: Caller;
/** Acts for the second reseller: sees itself and its customer. */
let second: Caller;
/** The other operator. */
let other: Caller;

beforeAll(async () => {
  db = await testDatabase();
  const { tenants } = await populateWorld(db);
  [tenant] = tenants;
  server = await ApiServer.start(db, apiResources(apiParts(db)));
  owner = server.caller("owner", tenant.tenantId);
  second = server.caller("second", tenant.tenantId, { accountId: tenant.accounts.second.id });
  other = server.caller("other", tenants[1].tenantId);
});
afterAll(async () => {
  await server?.close();
  await db?.drop();
});

interface Listed {
  readonly items: readonly Record<string, unknown>[];
  readonly nextCursor: string | null;
}
const payersOf = (call: Record<string, unknown> | undefined): string[] =>
  ((call?.charges ?? []) as { account: string }[]).map(({ account }) => account);
const MARCH = "from=2026-03-01&to=2026-04-01";

describe("calls", () => {
  test("the operator finds all of them, with what every side pays", async () => {
    const { status, body } = await owner.get(`/v1/calls?${MARCH}&sort=oldest`);
    expect(status).toBe(200);
    const { items } = body as Listed;
    expect(items.map(({ account }) => account).sort()).toEqual(["customer", "direct", "sibling-customer"]);
    const [call] = items.filter(({ account }) => account === "customer");
    expect(payersOf(call)).toEqual(expect.arrayContaining(["customer", "second", "top"]));
  });

  test("a reseller finds those of its subtree, without what those above it pay and who carried them", async () => {
    const { body, text } = await second.get(`/v1/calls?${MARCH}`);
    const { items } = body as Listed;
    expect(items).toMatchObject([{ account: "customer", vendor: null, egressTrunk: null }]);
    expect(payersOf(items[0]).toSorted()).toEqual(["customer", "second"]);
    expect(text).not.toContain('vendor":"');
    expect((await second.get(`/v1/calls/${items[0]?.id}`)).status).toBe(200);
    expect((await second.get(`/v1/calls?account=sibling&${MARCH}`)).body).toMatchObject({ code: "account-unknown" });
    expect((await second.get(`/v1/calls?trunk=carrier&${MARCH}`)).body).toMatchObject({ code: "search-invalid" });
    const { items: all } = (await owner.get(`/v1/calls?${MARCH}`)).body as Listed;
    for (const { id, account } of all)
      if (account !== "customer") expect((await second.get(`/v1/calls/${id}`)).status).toBe(404);
    for (const { id } of all) expect((await other.get(`/v1/calls/${id}`)).status).toBe(404);
  });

  test("who may not see costs sees none", async () => {
    const help = server.caller("help", tenant.tenantId, { permissions: ["calls:read"] });
    const { items } = (await help.get(`/v1/calls?${MARCH}`)).body as Listed;
    for (const { vendor, charges } of items) {
      expect(vendor).toBeNull();
      expect(charges).not.toContainEqual(expect.objectContaining({ side: "cost" }));
    }
  });

  test("are exported as they are read, as CSV and as lines of JSON", async () => {
    const csv = await owner.get(`/v1/calls/export?${MARCH}`);
    expect(csv.headers.get("content-disposition")).toBe('attachment; filename="calls.csv"');
    expect(csv.text.trimEnd().split("\r\n")).toHaveLength(4);
    const lines = await second.get(`/v1/calls/export?${MARCH}&format=ndjson`);
    expect(lines.headers.get("content-type")).toBe("application/x-ndjson");
    expect(
      lines.text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).account),
    ).toEqual(["customer"]);
  });
});

describe("tariffs", () => {
  test("the operator sees all, a reseller those that its subtree buys at", async () => {
    const names = async (caller: Caller) =>
      ((await caller.get("/v1/tariffs?limit=500")).body as Listed).items.map(({ name }) => name);
    expect(await names(owner)).toContain("what top buys at");
    expect(await names(second)).toEqual(["what customer buys at", "what second buys at"]);
    expect((await second.get("/v1/tariffs/what%20top%20buys%20at/rates")).body).toMatchObject({
      code: "tariff-unknown",
    });
  });

  test("rates are read page by page at the prices that the tariff asks", async () => {
    const { body } = await second.get("/v1/tariffs/what%20customer%20buys%20at/rates?prefix=49");
    expect(body).toMatchObject({ currency: "EUR", items: [{ prefix: "49", ratePerUnit: "0.05" }], hasMore: false });
  });
});

describe("invoices", () => {
  test("are listed, shown and printed to whom they concern", async () => {
    const { items } = (await second.get("/v1/invoices")).body as Listed;
    expect(items.map(({ account }) => account).sort()).toEqual(["customer", "second"]);
    const number = items[0]?.number as string;
    const seller = items[0]?.seller === null ? "" : `?seller=${items[0]?.seller}`;
    const whole = await second.get(`/v1/invoices/${number}${seller}`);
    expect(whole.status).toBe(200);
    expect((whole.body as { lines: unknown[] }).lines.length).toBeGreaterThan(0);
    const csv = await second.get(`/v1/invoices/${number}/lines.csv${seller}`);
    expect(csv.headers.get("content-type")).toContain("text/csv");
    expect((await other.get("/v1/invoices/none")).status).toBe(404);
  });
});

describe("what is the operator's", () => {
  test.each(["/v1/sources", "/v1/quarantine", "/v1/sessions"])("%s is not for resellers", async (path) => {
    expect((await owner.get(path)).status).toBe(200);
    expect((await second.get(path)).body).toMatchObject({ code: "operator-only" });
  });

  test("a waiting row is corrected, and retried", async () => {
    const { items } = (await owner.get("/v1/quarantine")).body as Listed;
    const [row] = items;
    const edited = await owner.patch(`/v1/quarantine/${row?.id}`, { raw: "corrected" });
    expect(edited).toMatchObject({ status: 200, body: { correctedRaw: "corrected", raw: row?.raw } });
    const retried = await owner.post("/v1/quarantine/retries", { ids: [row?.id] });
    expect(retried).toMatchObject({ status: 200, body: { tried: 1 } });
    expect((await other.patch(`/v1/quarantine/${row?.id}`, { raw: "x" })).status).toBe(404);
  });

  test("calls are asked to end only with a confirmation where they are many, and shown before", async () => {
    const dry = await owner.post("/v1/sessions/hang-up", { why: "test", dryRun: true });
    expect(dry).toMatchObject({ status: 200, body: { asked: 0 } });
  });

  test("a setup document is applied, to one's own tenant alone", async () => {
    const name = `Tenant ${tenant.tenantId}`;
    const document = JSON.stringify({ tenant: { name }, accounts: [{ code: "from-setup", kind: "customer" }] });
    const dry = await owner.post("/v1/setup", { document, dryRun: true });
    expect(dry).toMatchObject({ status: 200 });
    expect((await owner.get("/v1/accounts/from-setup")).status).toBe(404);
    expect(await owner.post("/v1/setup", { document })).toMatchObject({ status: 200 });
    expect((await owner.get("/v1/accounts/from-setup")).status).toBe(200);
    expect((await other.post("/v1/setup", { document })).body).toMatchObject({ code: "setup-of-other" });
  });
});
