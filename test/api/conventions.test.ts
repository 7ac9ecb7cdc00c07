import { Type } from "typebox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uuidv7 } from "../../src/clock.ts";
import { apiRoute, publicRoute, Reply } from "../../src/server/api/api-route.ts";
import { etagOf } from "../../src/server/api/entity-tag.ts";
import { keyAfter, listOf, PageQuery, pageOf, rowsOf } from "../../src/server/api/page.ts";
import { versionChanged } from "../../src/server/api/problems.ts";
import { amount, closed, code, count } from "../../src/server/api/schemas.ts";
import { accountUnknown } from "../../src/server/tenancy/problems.ts";
import { ApiServer, type Caller } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

let db: TestDatabase;
let server: ApiServer;
let operator: Operator;
let owner: Caller;
let done = 0;
let atWork = Promise.withResolvers<void>();
let released = Promise.withResolvers<void>();

function waitForRelease(): Promise<void> {
  atWork.resolve();
  return released.promise;
}

/** Routes of a test, one for each thing that all routes have in common. */
const routes = () => [
  apiRoute({
    ...{ method: "GET", url: "/v1/numbers", operation: "listNumbers", tag: "Numbers", summary: "List numbers" },
    admits: "accounts:read",
    query: Type.Object({ ...PageQuery }, closed),
    answer: listOf(Type.Object({ number: count() }, closed)),
    async handle({ query }) {
      const [after = "0"] = keyAfter(query, "numbers", 1) ?? [];
      const rows = Array.from({ length: rowsOf(query) }, (_, index) => Number(after) + index + 1);
      return pageOf(
        query,
        rows.filter((number) => number <= 7),
        {
          ...{ order: "numbers", keyOf: (number) => [number], shown: (number) => ({ number }) },
        },
      );
    },
  }),
  apiRoute({
    ...{ method: "POST", url: "/v1/numbers/{number}/moves", operation: "moveNumber", tag: "Numbers", summary: "Move" },
    admits: "money:write",
    isOperatorOnly: true,
    idempotency: "required",
    params: Type.Object({ number: count() }, closed),
    body: Type.Object(
      { by: amount(), dryRun: Type.Optional(Type.Boolean()), wait: Type.Optional(Type.Boolean()) },
      closed,
    ),
    answer: Type.Object({ by: amount(), done: count() }, closed),
    status: 201,
    problems: ["account-unknown"],
    async handle({ actor, db: own, body }) {
      if (body.by === "404") throw accountUnknown({ code: "404" });
      return await own.transaction("app", { tenantId: actor.tenantId }, async (tx) => {
        await tx.query("insert into numbers (tenant_id) values ($1)", [actor.tenantId]);
        if (body.wait) await waitForRelease();
        if (body.by === "500") throw new Error("a fault of our own");
        done += 1;
        return { by: body.by, done };
      });
    },
  }),
  apiRoute({
    ...{ method: "PATCH", url: "/v1/numbers/{number}", operation: "changeNumber", tag: "Numbers", summary: "Change" },
    admits: "accounts:write",
    needsIfMatch: true,
    params: Type.Object({ number: count() }, closed),
    body: Type.Object({ name: code() }, closed),
    answer: Type.Object({ name: code() }, closed),
    async handle({ ifMatch, body }) {
      if (ifMatch !== null && ifMatch !== "3") throw versionChanged();
      return new Reply({ name: body.name }, { etag: etagOf(4) });
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/numbers/{number}", operation: "showNumber", tag: "Numbers", summary: "Show" },
    admits: "signed-in",
    params: Type.Object({ number: count() }, closed),
    answer: Type.Object({ number: count() }, closed),
    handle: async ({ params }) => new Reply(params, { etag: etagOf(3) }),
  }),
  publicRoute({
    ...{ method: "GET", url: "/v1/hello", operation: "hello", tag: "Numbers", summary: "Greet" },
    answer: null,
    handle: async () => undefined,
  }),
];

beforeAll(async () => {
  db = await testDatabase();
  await db.transaction("owner", {}, async (tx) => {
    await tx.query("create table numbers (tenant_id uuid not null)");
    await tx.query("grant select, insert on numbers to tollwright_app");
  });
  operator = await Operator.create(db);
  server = await ApiServer.start(db, routes(), { requestsPerMinute: 200 });
  owner = server.caller("owner", operator.tenantId);
});
afterAll(async () => {
  await server?.close();
  await db?.drop();
});

const stored = async () =>
  await db.transaction("app", { tenantId: operator.tenantId }, async (tx) => {
    const { rows } = await tx.query<{ count: string }>("select count(*) as count from numbers");
    return Number(rows[0]?.count);
  });

describe("who may", () => {
  test("nobody whom no authenticator knows, and before anything is said of the request", async () => {
    const answer = await server.stranger().post("/v1/numbers/x/moves", "{no json");
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ code: "not-signed-in", requestId: answer.headers.get("x-request-id") });
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="tollwright"');
  });

  test("nobody without the permission, and for what is the operator's nobody who acts for an account", async () => {
    const reader = server.caller("reader", operator.tenantId, { permissions: ["accounts:read"] });
    expect((await reader.get("/v1/numbers")).status).toBe(200);
    expect((await reader.post("/v1/numbers/1/moves", {})).body).toMatchObject({ code: "permission-missing" });
    const scoped = server.caller("scoped", operator.tenantId, { accountId: uuidv7() });
    expect((await scoped.post("/v1/numbers/1/moves", {})).body).toMatchObject({ code: "operator-only", status: 403 });
  });

  test("everybody, where a route is public", async () => {
    const answer = await server.stranger().get("/v1/hello");
    expect(answer.status).toBe(204);
    expect(answer.headers.get("ratelimit-policy")).toBe('"address";q=300;w=60');
  });
});

describe("requests", () => {
  test("a list is read to its end by its cursors", async () => {
    const first = await owner.get("/v1/numbers?limit=3");
    expect(first.body).toMatchObject({ items: [{ number: 1 }, { number: 2 }, { number: 3 }], hasMore: true });
    const { nextCursor } = first.body as { nextCursor: string };
    const last = await owner.get(`/v1/numbers?limit=5&after=${nextCursor}`);
    expect(last.body).toEqual({
      items: [{ number: 4 }, { number: 5 }, { number: 6 }, { number: 7 }],
      hasMore: false,
      nextCursor: null,
    });
  });

  test.each<[string, string, string | undefined, string]>([
    ["/v1/numbers?after=xx", "cursor-invalid", undefined, "no cursor of ours"],
    ["/v1/numbers?limit=0", "request-invalid", "/query/limit", "below the least"],
    ["/v1/numbers?limit=x", "request-invalid", "/query/limit", "no number"],
    ["/v1/numbers?offset=3", "request-invalid", "/query/offset", "unknown parameters are mistakes"],
  ])("GET %s is %s at %s (%s)", async (path, problem, pointer) => {
    const answer = await owner.get(path);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: problem });
    if (pointer !== undefined) expect(answer.body).toMatchObject({ errors: [{ pointer }] });
  });

  test.each<[object, string, string, string]>([
    [{ by: 5 }, "/body/by", "wrong-type", "an amount is text: a number of JSON is a binary fraction"],
    [{ by: "5", tenantId: "x" }, "/body/tenantId", "unknown-field", "nothing is assigned that is not asked for"],
    [{}, "/body/by", "missing", "required"],
    [{ by: "1e9" }, "/body/by", "wrong-form", "plain decimals only"],
  ])("the body %j is wrong at %s: %s (%s)", async (body, pointer, problem) => {
    const answer = await owner.post("/v1/numbers/1/moves", body, { "idempotency-key": uuidv7() });
    expect(answer.body).toMatchObject({ code: "request-invalid", errors: [{ pointer, code: problem }] });
  });

  test("a sane request id is taken and answered; another is replaced", async () => {
    const named = await owner.get("/v1/numbers", { headers: { "x-request-id": "crm-2026.11.22:7" } });
    expect(named.headers.get("x-request-id")).toBe("crm-2026.11.22:7");
    const odd = await owner.get("/v1/numbers", { headers: { "x-request-id": "<script>" } });
    expect(odd.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("more than the limit is refused until its window ends", async () => {
    const hasty = server.caller("hasty", operator.tenantId);
    const answers = await Promise.all(Array.from({ length: 205 }, () => hasty.get("/v1/numbers?limit=1")));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(200);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ code: "requests-too-many" });
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused?.headers.get("ratelimit")).toMatch(/^"caller";r=0;t=\d+$/);
    expect((await owner.get("/v1/numbers")).status, "others go on").toBe(200);
  });
});

describe("Idempotency-Key", () => {
  test("what moves money has to have one, but for a dry run", async () => {
    expect((await owner.post("/v1/numbers/1/moves", { by: "1" })).body).toMatchObject({
      code: "idempotency-key-missing",
    });
    expect((await owner.post("/v1/numbers/1/moves", { by: "1", dryRun: true })).status).toBe(201);
  });

  test("a repeat is answered as the first was, and does nothing", async () => {
    const key = { "idempotency-key": "repeat" };
    const before = await stored();
    const first = await owner.post("/v1/numbers/1/moves", { by: "2.5" }, key);
    expect(first.status).toBe(201);
    expect(first.headers.has("idempotency-replayed")).toBe(false);
    const again = await owner.post("/v1/numbers/1/moves", { by: "2.5" }, key);
    expect(again).toMatchObject({ status: 201, text: first.text });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await stored()).toBe(before + 1);
  });

  test("for another request it is refused, and of another caller it is another", async () => {
    const key = { "idempotency-key": "other" };
    await owner.post("/v1/numbers/1/moves", { by: "1" }, key);
    const reused = await owner.post("/v1/numbers/1/moves", { by: "2" }, key);
    expect(reused).toMatchObject({ status: 422, body: { code: "idempotency-key-reused" } });
    expect((await owner.post("/v1/numbers/2/moves", { by: "1" }, key)).status).toBe(422);
    const second = server.caller("second", operator.tenantId);
    expect((await second.post("/v1/numbers/1/moves", { by: "2" }, key)).headers.has("idempotency-replayed")).toBe(
      false,
    );
  });

  test("while the first is under way the second is told so, and does not wait", async () => {
    const key = { "idempotency-key": "in-flight" };
    [atWork, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = owner.post("/v1/numbers/1/moves", { by: "1", wait: true }, key);
    await atWork.promise;
    const second = await owner.post("/v1/numbers/1/moves", { by: "1", wait: true }, key);
    expect(second).toMatchObject({ status: 409, body: { code: "idempotency-in-flight" } });
    released.resolve();
    expect((await first).status).toBe(201);
  });

  test("one that failed has changed nothing and may be sent again", async () => {
    const key = { "idempotency-key": "failed" };
    const before = await stored();
    expect((await owner.post("/v1/numbers/1/moves", { by: "500" }, key)).status).toBe(500);
    expect(await stored()).toBe(before);
    expect((await owner.post("/v1/numbers/1/moves", { by: "1" }, key)).status).toBe(201);
  });
});

describe("versions", () => {
  test("a read names its version, and is not sent to who has it", async () => {
    const read = await owner.get("/v1/numbers/7");
    expect(read.headers.get("etag")).toBe('"3"');
    expect((await owner.get("/v1/numbers/7", { headers: { "if-none-match": 'W/"3"' } })).status).toBe(304);
    expect((await owner.get("/v1/numbers/7", { headers: { "if-none-match": '"2"' } })).status).toBe(200);
  });

  test.each<[string | undefined, number, string]>([
    [undefined, 428, "who changes says what they saw"],
    ['"2"', 412, "somebody was quicker"],
    ['"3"', 200, "it is the newest"],
    ["*", 200, "whatever it is"],
    ['"2", "3"', 400, "a list stands for no one version"],
    ['W/"3"', 400, "a weak tag stands for no one version"],
  ])("If-Match %s is answered %i (%s)", async (ifMatch, status) => {
    const headers: Record<string, string> = ifMatch === undefined ? {} : { "if-match": ifMatch };
    expect((await owner.patch("/v1/numbers/7", { name: "x" }, headers)).status).toBe(status);
  });
});

test("the document tells of each route what it takes and every answer", async () => {
  const { body } = await server.stranger().get("/v1/openapi.json");
  const document = body as { openapi: string; paths: Record<string, Record<string, { responses: object }>> };
  expect(document.openapi).toBe("3.1.0");
  const move = document.paths["/v1/numbers/{number}/moves"]?.post;
  expect(move).toMatchObject({ operationId: "moveNumber", tags: ["Numbers"] });
  expect(Object.keys(move?.responses ?? {})).toEqual([
    "201",
    "400",
    "401",
    "403",
    "404",
    "408",
    "409",
    "413",
    "415",
    "422",
    "429",
    "503",
  ]);
  expect((await server.stranger().get("/v1/reference")).status).toBe(200);
});
