import { afterAll, beforeAll, expect, test } from "vitest";
import { apiResources } from "../../src/server/api/resources.ts";
import { billOperations } from "../../src/server/invoicing/bill-routes.ts";
import { workOnOperation } from "../../src/server/operations/operations.ts";
import { ApiServer, apiParts, type Caller } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";

let db: TestDatabase;
let server: ApiServer;
let operator: Operator;
let owner: Caller;

beforeAll(async () => {
  db = await testDatabase();
  operator = await Operator.create(db);
  const bakery = await operator.account("bakery");
  await operator.tariff("retail", [anyRate("49", "0.60")], [bakery]);
  server = await ApiServer.start(db, apiResources(apiParts(db)));
  owner = server.caller("owner", operator.tenantId);
});
afterAll(async () => {
  await server?.close();
  await db?.drop();
});

test("a bill run is begun once per key, worked on beside its answer, and says what it did", async () => {
  const key = { "idempotency-key": "march" };
  const begun = await owner.post("/v1/bill-runs", { month: "2026-03" }, key);
  expect(begun).toMatchObject({ status: 202, body: { kind: "bill-run", state: "waiting", result: null } });
  expect((await owner.post("/v1/bill-runs", { month: "2026-03" }, key)).text).toBe(begun.text);
  const { id } = begun.body as { id: string };
  expect(await workOnOperation(db, billOperations)).toBe(true);
  const done = await owner.get(`/v1/operations/${id}`);
  expect(done.body).toMatchObject({ state: "done", problem: null });
  expect(JSON.parse((done.body as { result: string }).result)).toMatchObject({ invoices: [], nothing: 1, parked: [] });
  expect(await workOnOperation(db, billOperations)).toBe(false);
});

test("what it cannot do it says as a problem", async () => {
  await owner.post("/v1/bill-runs", { accounts: ["nobody"] }, { "idempotency-key": "nobody" });
  await workOnOperation(db, billOperations);
  const { body } = await owner.get("/v1/operations?limit=1");
  expect(body).toMatchObject({ items: [{ state: "failed", problem: { code: "account-unknown" } }] });
});

test("one whose process died is worked on by the next, and given up when that happens again and again", async () => {
  const begun = await owner.post("/v1/bill-runs", { month: "2026-02" }, { "idempotency-key": "dying" });
  const { id } = begun.body as { id: string };
  const died = (tries: number) =>
    db.transaction("owner", {}, (tx) =>
      tx.query(
        "update operations set state = 'running', tries = $2, held_until = now() - interval '1 s' where id = $1",
        [id, tries],
      ),
    );
  await died(1);
  await workOnOperation(db, billOperations);
  expect((await owner.get(`/v1/operations/${id}`)).body).toMatchObject({ state: "done" });
  await db.transaction("owner", {}, (tx) =>
    tx.query("update operations set state = 'running', result = null, ended_at = null where id = $1", [id]),
  );
  await died(3);
  await workOnOperation(db, billOperations);
  const { body } = await owner.get(`/v1/operations/${id}`);
  expect(body).toMatchObject({ state: "failed", problem: { code: "operation-broken-off" } });
});

test("a bill is previewed, and a price explained", async () => {
  expect((await owner.post("/v1/bill-previews", { month: "2026-03" })).body).toMatchObject({
    invoices: [],
    nothing: 1,
  });
  expect((await owner.post("/v1/bill-previews", { month: "2026-13" })).body).toMatchObject({ code: "period-invalid" });
  const price = await owner.post("/v1/prices", { called: "+493090182", account: "bakery", talkedS: 75 });
  expect(price.body).toMatchObject({
    called: "493090182",
    sides: [{ side: "customer", account: "bakery", tariff: "retail", outcome: "rated", amount: "0.75", billedS: 75 }],
  });
});
