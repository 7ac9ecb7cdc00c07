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

type Listed = { items: { code: string; parent: string | null }[]; nextCursor: string | null };
const codesOf = (body: unknown) => (body as Listed).items.map(({ code }) => code);

describe("accounts", () => {
  test("are listed by code, page by page, all of them to the operator", async () => {
    const first = await owner.get("/v1/accounts?limit=4");
    expect(first.status).toBe(200);
    const { nextCursor } = first.body as Listed;
    const rest = await owner.get(`/v1/accounts?limit=4&after=${nextCursor}`);
    expect([...codesOf(first.body), ...codesOf(rest.body)]).toEqual(Object.keys(tenant.accounts).toSorted());
    expect(codesOf((await owner.get("/v1/accounts?parent=top&kind=reseller")).body)).toEqual(["second", "sibling"]);
  });

  test("a reseller is shown its subtree, and nobody above", async () => {
    const { body } = await second.get("/v1/accounts");
    expect((body as Listed).items).toMatchObject([
      { code: "customer", parent: "second" },
      { code: "second", parent: null },
    ]);
  });

  test("who may not see one can't tell it from one that is not there", async () => {
    const [hidden, missing] = [await second.get("/v1/accounts/sibling"), await second.get("/v1/accounts/sibling-x")];
    expect(hidden.status).toBe(404);
    const shape = ({ body }: { body: object }) => ({ ...body, requestId: "", detail: "" });
    expect(shape(hidden)).toEqual(shape(missing));
  });

  test("one is shown with its balances, rules and tariffs", async () => {
    const { status, body } = await second.get("/v1/accounts/customer");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ code: "customer", kind: "customer", currency: "EUR", creditLimit: "0" },
      tariffs: [{ tariff: "what customer buys at", service: "voice" }],
      rules: [{ match: [{ field: "accountCode", value: "customer" }] }],
    });
  });

  test("are created once, and changed by who saw the newest version", async () => {
    const created = await owner.post("/v1/accounts", { code: "bakery", kind: "customer", payment: "prepaid" });
    expect(created).toMatchObject({ status: 201, body: { code: "bakery", payment: "prepaid", parent: null } });
    expect((await owner.post("/v1/accounts", { code: "bakery", kind: "customer" })).body).toMatchObject({
      code: "account-exists",
    });
    const etag = created.headers.get("etag") ?? "";
    const changed = await owner.patch("/v1/accounts/bakery", { creditLimit: "250.00" }, { "if-match": etag });
    expect(changed).toMatchObject({ status: 200, body: { creditLimit: "250" } });
    const late = await owner.patch("/v1/accounts/bakery", { creditLimit: "9" }, { "if-match": etag });
    expect(late).toMatchObject({ status: 412, body: { code: "version-changed" } });
    expect((await other.get("/v1/accounts/bakery")).status).toBe(404);
  });

  test("a reseller creates its own customers, under nobody else, and does not raise its own limit", async () => {
    const created = await second.post("/v1/accounts", { code: "kiosk", kind: "customer", payment: "prepaid" });
    expect(created).toMatchObject({ status: 201, body: { parent: "second" } });
    const under = await second.post("/v1/accounts", { code: "x", kind: "customer", parent: "sibling" });
    expect(under).toMatchObject({ status: 404, body: { code: "account-unknown" } });
    const tariff = await second.post("/v1/accounts", { code: "x", kind: "customer", tariff: "what sibling buys at" });
    expect(tariff).toMatchObject({ status: 404, body: { code: "tariff-unknown" } });
    const own = await second.patch("/v1/accounts/second", { creditLimit: "9999" }, { "if-match": "*" });
    expect(own).toMatchObject({ status: 403, body: { code: "account-own" } });
  });
});

describe("top-ups", () => {
  const path = "/v1/accounts/sibling-customer/top-ups";

  test("a dry run says what would be, a payment is booked once, whatever its key", async () => {
    const payment = { amount: "25.00", currency: "EUR", reference: "PAY-1042" };
    const dry = await owner.post(path, { ...payment, dryRun: true });
    expect(dry).toMatchObject({ status: 201, body: { booked: false, dryRun: true } });
    const first = await owner.post(path, payment, { "idempotency-key": "one" });
    expect(first).toMatchObject({ status: 201, body: { booked: true } });
    const { balance } = first.body as { balance: string };
    expect(dry.body).toMatchObject({ balance });
    const replayed = await owner.post(path, payment, { "idempotency-key": "one" });
    expect(replayed.text).toBe(first.text);
    const again = await owner.post(path, payment, { "idempotency-key": "two" });
    expect(again.body).toMatchObject({ booked: false, balance });
  });

  test("two at once with one key book once", async () => {
    const payment = { amount: "1", reference: "PAY-2" };
    const key = { "idempotency-key": "at-once" };
    const answers = await Promise.all(Array.from({ length: 5 }, () => owner.post(path, payment, key)));
    for (const { status } of answers) expect([201, 409]).toContain(status);
    const { body } = await owner.post(path, { ...payment, amount: "1" }, { "idempotency-key": "later" });
    expect(body).toMatchObject({ booked: false });
  });

  test("who stands above credits; nobody credits their own account", async () => {
    const sibling = server.caller("sibling", tenant.tenantId, { accountId: tenant.accounts.sibling.id });
    const key = { "idempotency-key": "sibling" };
    expect(await sibling.post(path, { amount: "2", reference: "S-1" }, key)).toMatchObject({ status: 201 });
    const customer = server.caller("c", tenant.tenantId, { accountId: tenant.accounts["sibling-customer"].id });
    expect((await customer.post(path, { amount: "2", reference: "S-2" }, key)).body).toMatchObject({
      code: "account-own",
    });
    expect((await second.post(path, { amount: "2", reference: "S-3" }, key)).body).toMatchObject({
      code: "account-unknown",
    });
  });

  test.each<[object, number, string]>([
    [{ amount: "0", reference: "x" }, 400, "nothing is no payment"],
    [{ amount: "-1", reference: "x" }, 400, "a debit is another route"],
    [{ amount: 5, reference: "x" }, 400, "an amount is text"],
    [{ amount: "1", currency: "USD", reference: "x" }, 422, "the account is kept in EUR"],
  ])("%j is answered %i (%s)", async (body, status) => {
    expect((await owner.post(path, body, { "idempotency-key": "faults" })).status).toBe(status);
  });
});
