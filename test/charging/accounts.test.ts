import pino from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { nanosFromSql } from "../../src/core/money/nanos.ts";
import { AccountCharging } from "../../src/server/charging/account-charging.ts";
import { accountRoutes } from "../../src/server/charging/account-routes.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { chargingRoutes } from "../../src/server/charging/routes.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import { type HttpServer, startHttp } from "../../src/server/http/http-server.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let http: HttpServer;
let token: string;
let operator: Operator;

beforeAll(async () => {
  db = await testDatabase();
  const charging = new Charging(db);
  const routes = [chargingRoutes(db, charging), accountRoutes(db, new AccountCharging(db, charging))];
  http = await startHttp({ host: "127.0.0.1", port: 0, db, log: pino({ level: "silent" }), routes });
});
afterAll(async () => {
  await http?.close();
  await db?.drop();
});

/** Ada has 1 in her wallet; Rita owes nothing, is trusted with 5, and is known by her SIP user. */
beforeEach(async () => {
  operator = await Operator.create(db);
  const { tenantId } = operator;
  await prepaidCustomer(operator);
  const rita = await operator.account("rita", { creditLimit: nanosFromSql("5") });
  await operator.tariff("rita's", [anyRate("49", "0.60")], [rita]);
  await operator.rule(rita, { match: { sipUser: "rita" } });
  await operator.source("switch", "freeswitch-csv");
  ({ token } = await issuePushToken(db, {
    tenantId,
    source: "switch",
    revokeEarlier: false,
    actor: testerOf(tenantId),
  }));
});

async function post(path: string, body: object, bearer = token) {
  const response = await fetch(`${http.url}/v1/sources/switch/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as { readonly decision?: string }) };
}

const ADA = { account: "ada" };
const SMS = { ...ADA, amount: "0.40", reference: "sms-1", memo: "Premium message" };

test("what an account has is told, with what sessions hold", async () => {
  await post("sessions/authorise", { key: "a", calling: "44", called: "4930123", accountCode: "ada", wantedS: 30 });
  expect(await post("accounts/balance", ADA)).toEqual({
    ...{ status: 200, decision: "balance", account: "ada", currency: "EUR" },
    ...{ wallet: "1", owed: "0", held: "0.3", available: "0.7" },
  });
  // A debit leaves what is held alone.
  expect(await post("accounts/debit", { ...SMS, amount: "0.71" })).toMatchObject({
    decision: "refused",
    reason: { code: "balance-exhausted" },
  });
  expect(await post("accounts/debit", { ...SMS, amount: "0.70" })).toMatchObject({
    ...{ decision: "booked", amount: "0.7", isRepeat: false, wallet: "0.3", held: "0.3", available: "0" },
  });
});

test("a debit is booked once, whatever comes again, and given back at most once", async () => {
  for (const isRepeat of [false, true])
    expect(await post("accounts/debit", SMS)).toMatchObject({ decision: "booked", isRepeat, wallet: "0.6" });
  expect(await post("accounts/debit", { ...SMS, amount: "0.50" })).toMatchObject({ code: "journal-key-reused" });
  const part = { ...ADA, debit: "sms-1", amount: "0.10", reference: "r1" };
  for (const isRepeat of [false, true])
    expect(await post("accounts/refund", part)).toMatchObject({ decision: "booked", isRepeat, wallet: "0.7" });
  expect(await post("accounts/refund", { ...part, amount: "0.31", reference: "r2" })).toMatchObject({
    reason: { code: "refund-too-high" },
  });
  const rest = { ...ADA, debit: "sms-1", reference: "r3" };
  for (const isRepeat of [false, true])
    expect(await post("accounts/refund", rest)).toMatchObject({ amount: "0.3", isRepeat, wallet: "1" });
  expect(await post("accounts/refund", { ...rest, reference: "r4" })).toMatchObject({
    reason: { code: "refund-too-high" },
  });
  const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});

test("a debit of a postpaid customer stays within its credit, and is on the next invoice", async () => {
  const rita = { sipUser: "rita", amount: "4.999999999", reference: "1", memo: "Directory service" };
  expect(await post("accounts/debit", rita)).toMatchObject({ owed: "4.999999999", available: "0.000000001" });
  expect(await post("accounts/debit", { ...rita, amount: "0.000000002", reference: "2" })).toMatchObject({
    reason: { code: "balance-exhausted" },
  });
  const { rows } = await db.session((client) =>
    client.query(
      `select j.memo, p.amount::text from tollwright.journals j
       join tollwright.postings p on p.book_id = j.book_id and p.journal_number = j.number
       where p.kind = 'unbilled' and j.tenant_id = $1`,
      [operator.tenantId],
    ),
  );
  expect(rows).toEqual([{ memo: "Directory service", amount: "4.999999999" }]);
});

test("a hundred debits at once take what is there, and no more", async () => {
  const asked = Array.from({ length: 100 }, (_, n) => ({ ...SMS, amount: "0.3", reference: `n${n}` }));
  const answers = await Promise.all(asked.map((body) => post("accounts/debit", body)));
  expect(answers.filter(({ decision }) => decision === "booked").length).toBe(3);
  expect(await post("accounts/balance", ADA)).toMatchObject({ wallet: "0.1", available: "0.1" });
});

test("a price is told without a trace", async () => {
  const call = { calling: "44", called: "+49 30 1234", accountCode: "ada", talkedS: 61 };
  expect(await post("accounts/price", call)).toEqual({
    ...{ status: 200, decision: "price", account: "ada", amount: "0.61", currency: "EUR" },
  });
  expect(await post("accounts/price", { ...call, called: "112" })).toMatchObject({ decision: "free", amount: "0" });
  expect(await post("accounts/price", { ...call, called: "336123" })).toMatchObject({
    reason: { code: "rate-missing-for-call" },
  });
});

test.each<[string, string, object, object]>([
  ["an account that is not there", "balance", { account: "eve" }, { reason: { code: "account-unknown" } }],
  ["a user that no rule takes", "balance", { sipUser: "eve" }, { reason: { code: "account-unknown" } }],
  ["another currency", "debit", { ...SMS, currency: "USD" }, { reason: { code: "currency-differs" } }],
  ["a currency that is none", "debit", { ...SMS, currency: "ZZZ" }, { status: 400, code: "request-invalid" }],
  ["nothing", "debit", { ...SMS, amount: "0.00" }, { status: 400, code: "request-invalid" }],
  ["less than nothing", "debit", { ...SMS, amount: "-1" }, { status: 400, code: "request-invalid" }],
  ["less than a nano", "debit", { ...SMS, amount: "0.0000000001" }, { status: 400, code: "request-invalid" }],
  [
    "a debit that was not booked",
    "refund",
    { ...ADA, debit: "x", reference: "r" },
    { reason: { code: "debit-unknown" } },
  ],
])("%s is refused", async (_what, verb, body, answer) => {
  expect(await post(`accounts/${verb}`, body)).toMatchObject(answer);
  expect(await post("accounts/balance", ADA)).toMatchObject({ wallet: "1" });
});

test("a stranger is told nothing", async () => {
  expect(await post("accounts/balance", ADA, "wrong")).toMatchObject({ status: 401 });
});
