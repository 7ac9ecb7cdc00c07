import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Charging } from "../../src/server/charging/charging.ts";
import { chargingRoutes } from "../../src/server/charging/routes.ts";
import { type HttpServer, startHttp } from "../../src/server/http/http-server.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";
import { unitTariffs } from "../support/unit-tariffs.ts";

let db: TestDatabase;
let http: HttpServer;
let operator: Operator;
let token: string;

/** Ada with one unit of money: data at 2 a gigabyte, messages to Germany at .05. */
beforeAll(async () => {
  db = await testDatabase();
  operator = await Operator.create(db);
  const { tenantId } = operator;
  await unitTariffs(operator, await prepaidCustomer(operator));
  await operator.source("core", "freeswitch-csv");
  ({ token } = await issuePushToken(db, { tenantId, source: "core", revokeEarlier: false, actor: testerOf(tenantId) }));
  const log = pino({ level: "silent" });
  http = await startHttp({ host: "127.0.0.1", port: 0, db, log, routes: [chargingRoutes(db, new Charging(db))] });
});
afterAll(async () => {
  await http?.close();
  await db?.drop();
});

async function post(verb: string, body: object) {
  const response = await fetch(`${http.url}/v1/sources/core/sessions/${verb}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const ADA = { accountCode: "ada", calling: "4915112345" };
const DATA = { ...ADA, service: "data", called: "10", egressTrunk: "26201" };
const SMS = { ...ADA, service: "sms", called: "4930123456" };
const MB = 1_000_000;

test("octets and messages by HTTP: granted, metered, charged at once; a repeat of each is answered the same", async () => {
  const steps: [string, object, object][] = [
    ["authorise", { key: "d", ...DATA, wanted: 100 * MB }, { decision: "granted", granted: 100 * MB, validS: 3_600 }],
    ["event", { key: "m", ...SMS, quantity: 2 }, { decision: "closed", fate: "stored" }],
    ["event", { key: "n", ...SMS, quantity: 99 }, { decision: "refused", reason: { code: "balance-exhausted" } }],
    ["update", { key: "d", used: 90 * MB, wanted: 900 * MB }, { decision: "granted", granted: 450 * MB, isLast: true }],
    ["update", { key: "d", talkedMs: 1_000 }, { decision: "refused", reason: { code: "unit-differs" } }],
    ["stop", { key: "d", used: 300 * MB }, { decision: "closed", fate: "stored" }],
  ];
  for (const [verb, body, answer] of steps)
    for (const time of ["first", "second"])
      expect([time, verb, await post(verb, body)]).toMatchObject([time, verb, { status: 200, body: answer }]);
  expect(await booksOf(operator)).toMatchObject({ wallet: 0.3, held: 0, open: 0 });
});

test.each<[string, string, object]>([
  ["a quota of talk time", "authorise", { key: "x", ...DATA, wantedS: 60 }],
  ["a network for a rating group", "authorise", { key: "x", ...DATA, called: "internet" }],
  ["a report of both kinds", "stop", { key: "x", talkedMs: 1, used: 1 }],
  ["a report of nothing", "update", { key: "x" }],
  ["an event of a call", "event", { key: "x", ...SMS, service: "voice" }],
])("%s is refused as a problem", async (_what, verb, body) => {
  expect(await post(verb, body)).toMatchObject({ status: 400, body: { code: "request-invalid" } });
});
