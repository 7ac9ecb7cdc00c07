import { afterAll, beforeAll, expect, test } from "vitest";
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

beforeAll(async () => {
  db = await testDatabase();
  const { tenants } = await populateWorld(db);
  [tenant] = tenants;
  server = await ApiServer.start(db, apiResources(apiParts(db)));
  owner = server.caller("owner", tenant.tenantId);
  second = server.caller("second", tenant.tenantId, { accountId: tenant.accounts.second.id });
});
afterAll(async () => {
  await server?.close();
  await db?.drop();
});

interface Margins {
  readonly rows: readonly { readonly key: string; readonly margin: string | null; readonly cost: string | null }[];
}

test("a margin report is the operator's, or the reseller's who asks, who finds nobody above it", async () => {
  const whole = await owner.get("/v1/reports/margin?month=2026-03&by=level");
  expect(whole.status).toBe(200);
  const levels = (whole.body as Margins).rows.map(({ key }) => key);
  expect(levels).toEqual(expect.arrayContaining(["", "top", "second"]));
  const own = (await second.get("/v1/reports/margin?month=2026-03&by=level")).body as Margins;
  expect(own.rows.map(({ key }) => key)).toEqual(["second"]);
  expect(own.rows).toEqual((whole.body as Margins).rows.filter(({ key }) => key === "second"));
  expect((await second.get("/v1/reports/margin.csv?month=2026-03")).text).toMatch(
    /^account,calls,revenue.*\r\ncustomer,1,/,
  );
});

test("who may not see costs sees what was sold", async () => {
  const help = server.caller("help", tenant.tenantId, { permissions: ["reports:read"] });
  const { rows } = (await help.get("/v1/reports/margin?month=2026-03")).body as Margins;
  expect(rows.length).toBeGreaterThan(0);
  for (const { cost, margin } of rows) expect([cost, margin]).toEqual([null, null]);
  expect((await help.get("/v1/reports/margin.csv?month=2026-03")).status).toBe(403);
});

test.each<[string, number, string]>([
  // query, status, why
  ["from=2026-03-01&to=2027-03-02", 200, "366 days"],
  ["from=2026-03-01&to=2027-03-03", 422, "a day more"],
  ["from=0001-01-01&to=0001-01-02", 422, "no calls are so old"],
  ["from=2026-03-01", 422, "no end"],
  ["by=nobody", 400, "no such report"],
])("a margin report of %s is answered %i (%s)", async (query, status) => {
  expect((await owner.get(`/v1/reports/margin?${query}`)).status).toBe(status);
});

test("commissions: booked by the operator alone, read by who sees the agent", async () => {
  const run = await owner.post("/v1/commissions/runs", { month: "2026-03", dryRun: true });
  expect(run).toMatchObject({ status: 200, body: { month: "2026-03", agents: expect.any(Array) } });
  expect((await second.post("/v1/commissions/runs", {})).status).toBe(403);
  expect((await owner.get("/v1/commissions?limit=1")).body).toMatchObject({ items: expect.any(Array) });
  expect((await owner.get("/v1/commissions/statement?account=nobody&month=2026-03")).body).toMatchObject({
    code: "agent-unknown",
  });
});
