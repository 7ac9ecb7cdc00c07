import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Charging } from "../../src/server/charging/charging.ts";
import { chargingRoutes } from "../../src/server/charging/routes.ts";
import { type HttpServer, startHttp } from "../../src/server/http/http-server.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { testerOf } from "../support/actor.ts";
import { tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let http: HttpServer;
let token: string;

beforeAll(async () => {
  db = await testDatabase();
  const operator = await Operator.create(db);
  const { tenantId } = operator;
  await prepaidCustomer(operator);
  const postpaid = await operator.account("rita");
  await operator.tariff("rita's", [anyRate("49", "0.60")], [postpaid]);
  await operator.rule(postpaid, { match: { accountCode: "rita" } });
  await operator.source("switch", "freeswitch-csv");
  ({ token } = await issuePushToken(db, {
    tenantId,
    source: "switch",
    revokeEarlier: false,
    actor: testerOf(tenantId),
  }));
  const log = pino({ level: "silent" });
  http = await startHttp({ host: "127.0.0.1", port: 0, db, log, routes: [chargingRoutes(db, new Charging(db))] });
});
afterAll(async () => {
  await http?.close();
  await db?.drop();
});

async function post(verb: string, body: object, { source = "switch", bearer = token } = {}) {
  const response = await fetch(`${http.url}/v1/sources/${source}/sessions/${verb}`, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const CALL = { calling: "442071234567", called: "4930123456", accountCode: "ada", startedAt: "2026-03-01T08:00:00Z" };

test("a call by HTTP: authorised, metered, ended; a repeat of each is answered the same", async () => {
  const steps = [
    [
      "authorise",
      { key: "a", ...CALL, wantedS: 60 },
      { decision: "granted", talkS: 60, isLast: false, limitedBy: "wanted", left: { amount: "1", currency: "EUR" } },
    ],
    [
      "update",
      { key: "a", talkedMs: 50_000, wantedS: 60 },
      { decision: "granted", talkS: 100, isLast: true, limitedBy: "balance", left: { amount: "0.5", currency: "EUR" } },
    ],
    ["stop", { key: "a", talkedMs: 90_000, endedAt: "2026-03-01T08:02:00Z" }, { decision: "closed", fate: "stored" }],
  ] as const;
  for (const [verb, body, answer] of steps)
    for (const time of ["first", "second"])
      expect([time, await post(verb, body)]).toEqual([time, { status: 200, body: answer }]);
  const { rows } = await db.session((client) =>
    client.query("select (-sum(amount))::float8 as wallet from tollwright.balances where kind = 'wallet'"),
  );
  expect(rows).toEqual([{ wallet: 0.1 }]);
});

test("a call that is up is listed, until it ends", async () => {
  const list = async () => {
    const words = ["session", "list", "--account", "rita"];
    return (await tollwrightJson<{ sessions: object[] }>(words, { db })).document;
  };
  await post("authorise", { key: "live", ...CALL, accountCode: "rita", wantedS: 60 });
  expect((await list()).sessions).toMatchObject([
    { source: "switch", key: "live", account: "rita", called: "4930123456", usedS: 0, grantedS: 60, held: "0.6" },
  ]);
  await post("stop", { key: "live", talkedMs: 0 });
  expect((await list()).sessions).toEqual([]);
});

test.each<[string, object, object]>([
  ["authorise", { key: "b", ...CALL, accountCode: "eve" }, { decision: "refused", sip: 403, q850: 21 }],
  ["authorise", { key: "c", ...CALL, called: "33123456789" }, { decision: "refused", sip: 404, q850: 3 }],
  ["stop", { key: "d", talkedMs: 1_000 }, { decision: "unknown" }],
  ["update", { key: "d", talkedMs: 1_000 }, { decision: "unknown" }],
])("%s %j is answered %j", async (verb, body, answer) => {
  expect(await post(verb, body)).toMatchObject({ status: 200, body: answer });
});

test.each<[string, object, object, number, string]>([
  ["a field that is not known", { key: "x", ...CALL, wanted: 60 }, {}, 400, "request-invalid"],
  ["no number", { key: "x" }, {}, 400, "request-invalid"],
  ["a time without its offset", { key: "x", ...CALL, startedAt: "2026-03-01 08:00" }, {}, 400, "request-invalid"],
  ["a wrong token", { key: "x", ...CALL }, { bearer: "twp_wrong" }, 401, "push-unauthorised"],
  ["another source's token", { key: "x", ...CALL }, { source: "other" }, 401, "push-unauthorised"],
])("%s is refused as a problem", async (_why, body, options, status, code) => {
  expect(await post("authorise", body, options)).toMatchObject({ status, body: { code } });
});
