import pino from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { Charging } from "../../src/server/charging/charging.ts";
import { type HttpServer, startHttp } from "../../src/server/http/http-server.ts";
import { runBill } from "../../src/server/invoicing/run-bill.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { PushReceiver } from "../../src/server/mediation/receive-push.ts";
import { mediationRoutes } from "../../src/server/mediation/routes.ts";
import { traced } from "../../src/server/tracing/traced.ts";
import { callDocument } from "../mediation-http/call-document.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { prepaidCustomer } from "../support/prepaid-customer.ts";
import { authorisation } from "../support/session-requests.ts";
import { SpanRecorder } from "./recorded-spans.ts";

let db: TestDatabase;
let spans: SpanRecorder;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());
beforeEach(() => {
  spans = new SpanRecorder();
});
afterEach(() => spans.stop());

async function served(): Promise<HttpServer> {
  const routes = [mediationRoutes(db, new PushReceiver(db))];
  const http = await startHttp({ host: "127.0.0.1", port: 0, db, log: pino({ level: "silent" }), routes });
  onTestFinished(() => http.close());
  return http;
}

test("a post of records is a span, and its import one below it, without anything of the call", async () => {
  const operator = await Operator.create(db);
  await operator.source("fs-1", "freeswitch-json");
  const actor = testerOf(operator.tenantId);
  const order = { tenantId: operator.tenantId, source: "fs-1", revokeEarlier: false, actor };
  const { token } = await issuePushToken(db, order);
  const { url } = await served();
  const headers = { authorization: `Bearer ${token}` };
  await fetch(`${url}/v1/sources/fs-1/cdrs?number=4930`, { method: "POST", headers, body: callDocument("leg-1") });
  const route = "POST /v1/sources/:source/cdrs";
  await expect
    .poll(() => spans.named(route))
    .toMatchObject([
      {
        parent: null,
        attributes: {
          "http.request.method": "POST",
          "http.route": "/v1/sources/:source/cdrs",
          "http.response.status_code": 200,
        },
      },
    ]);
  expect(spans.named("import.batch")).toEqual([
    {
      ...{ name: "import.batch", parent: route, status: null },
      attributes: { "tollwright.source": "fs-1", "tollwright.rows": 1, "tollwright.kind": "push" },
    },
  ]);
  expect(JSON.stringify(spans.ended)).not.toMatch(/4420|1415|twp_/);
});

test("requests of charging share the span of their batch", async () => {
  const operator = await Operator.create(db);
  await prepaidCustomer(operator);
  const { id } = await operator.source("gateway", "radius-detail");
  const charging = new Charging(db);
  await Promise.all(["1", "2"].map((key) => charging.decide(operator.tenantId, authorisation(id, key))));
  expect(spans.named("charging.batch")).toMatchObject([{ attributes: { "tollwright.requests": 2 }, status: null }]);
});

test("a bill run says how many it billed", async () => {
  const operator = await Operator.create(db);
  await operator.account("ada");
  const { tenantId } = operator;
  const month = { startDate: Temporal.PlainDate.from("2026-03-01"), endDate: Temporal.PlainDate.from("2026-04-01") };
  const now = Temporal.Instant.from("2026-04-02T00:00:00Z");
  await runBill(db, { tenantId, accountCodes: [], period: month, now, actor: testerOf(tenantId) });
  expect(spans.named("bill.run")).toMatchObject([{ attributes: { "tollwright.billed": 0, "tollwright.nothing": 1 } }]);
});

test("what fails has the kind of its error, and nothing that the error says", async () => {
  const failing = traced("import.batch", {}, async () => {
    throw new TypeError("called 4930123456");
  });
  await expect(failing).rejects.toThrow(TypeError);
  expect(spans.ended).toMatchObject([{ attributes: { "error.type": "TypeError" }, status: { code: 2 } }]);
  expect(JSON.stringify(spans.ended)).not.toContain("4930");
});

test("without an SDK the work is done all the same", async () => {
  spans.stop();
  expect(await traced("import.batch", {}, async (span) => span.isRecording())).toBe(false);
  expect((await fetch(`${(await served()).url}/healthz`)).status).toBe(200);
});
