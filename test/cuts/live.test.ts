import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { now } from "../../src/clock.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { chargingRoutes } from "../../src/server/charging/routes.ts";
import { CutDesk } from "../../src/server/cuts/cut-desk.ts";
import { cutRoutes } from "../../src/server/cuts/routes.ts";
import { type HttpServer, startHttp } from "../../src/server/http/http-server.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { testerOf } from "../support/actor.ts";
import { tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { prepaidCustomer } from "../support/prepaid-customer.ts";
import { SwitchUnderTest } from "./switch-under-test.ts";

let db: TestDatabase;
let operator: Operator;
let http: HttpServer;
let token: string;
let other: string;

beforeAll(async () => {
  db = await testDatabase();
  operator = await Operator.create(db);
  const { tenantId } = operator;
  const rates = [anyRate("49", "0.60", { increments: { firstS: 60, nextS: 60 } })];
  for (const code of ["ada", "bea"]) await prepaidCustomer(operator, { code, amount: "90", rates });
  for (const name of ["switch", "other"]) await operator.source(name, "freeswitch-csv");
  const issue = async (source: string) =>
    (await issuePushToken(db, { tenantId, source, revokeEarlier: false, actor: testerOf(tenantId) })).token;
  [token, other] = [await issue("switch"), await issue("other")];
  const routes = [chargingRoutes(db, new Charging(db)), cutRoutes(db)];
  http = await startHttp({ host: "127.0.0.1", port: 0, db, log: pino({ level: "silent" }), routes });
});
afterAll(async () => {
  await http?.close();
  await db?.drop();
});

const urlOf = (rest: string, source = "switch"): string => `${http.url}/v1/sources/${source}/sessions${rest}`;
const authorised = (bearer: string) => ({ authorization: `Bearer ${bearer}`, "content-type": "application/json" });

async function post(verb: string, body: object) {
  const answer = await fetch(urlOf(verb), { method: "POST", headers: authorised(token), body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
async function get(rest: string, { source = "switch", bearer = token } = {}) {
  const answer = await fetch(urlOf(rest, source), { headers: authorised(bearer) });
  return { status: answer.status, body: (await answer.json()) as { sessions: Record<string, unknown>[] } };
}
const keys = async (rest: string) => (await get(rest)).body.sessions.map(({ key }) => key);

/** Three calls of two accounts, through two trunks, to two destinations; only the first has been answered. */
beforeEach(async () => {
  await db.session((client) => client.query("truncate tollwright.sessions, tollwright.session_cuts"));
  await db.session((client) => client.query("update tollwright.account_holds set held = 0, open_sessions = 0"));
  const call = { calling: "442071234567", wantedS: 600, ingressTrunk: "south" };
  await post("/authorise", { key: "a", ...call, called: "4930123456", accountCode: "ada" });
  await post("/authorise", { key: "b", ...call, called: "4989123456", accountCode: "ada", ingressTrunk: "north" });
  await post("/authorise", { key: "c", ...call, called: "4930123456", accountCode: "bea" });
  await post("/update", { key: "a", answeredAt: now().toString(), talkedMs: 130_000, wantedS: 600 });
});

describe("calls that are up", () => {
  test("are listed with what they cost so far, to the account that pays and by its price", async () => {
    const { body } = await get("?account=ada&trunk=south");
    const cost = { talkedS: 130, cost: "1.8", held: "7.8", currency: "EUR" }; // three minutes; thirteen are held
    const expected = [{ key: "a", account: "ada", usedS: 130, grantedS: 730, cutAt: null, ...cost }];
    expect(body.sessions).toMatchObject(expected);
    const listed = await tollwrightJson<{ sessions: object[] }>(["session", "list", "--trunk", "south"], { db });
    expect(listed.document.sessions).toMatchObject([...expected, { key: "c", account: "bea", talkedS: 0, cost: "0" }]);
  });

  test.each<[string, readonly string[]]>([
    ["", ["a", "b", "c"]],
    ["?account=bea", ["c"]],
    ["?called=4930", ["a", "c"]],
    ["?trunk=north", ["b"]],
    ["?account=ada&called=4930", ["a"]],
    ["?limit=2", ["a", "b"]],
  ])("are found by %j: %j", async (filter, expected) => {
    expect(await keys(filter)).toEqual(expected);
  });

  test("are those of the token's source alone", async () => {
    expect((await get("", { source: "other", bearer: other })).body.sessions).toEqual([]);
    expect((await get("", { bearer: other })).status).toBe(401);
    expect((await get("?accounts=ada")).status).toBe(400);
  });

  test("are streamed with every change, until whoever reads goes away", async () => {
    const reading = new AbortController();
    onTestFinished(() => reading.abort());
    const answer = await fetch(urlOf("/changes?account=bea"), { headers: authorised(token), signal: reading.signal });
    expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
    if (answer.body === null) throw new Error("a stream has a body");
    const lines = createInterface({ input: Readable.from(answer.body) })[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await lines.next()).value ?? "") as object;
    expect(await next()).toMatchObject({ event: "opened", session: { key: "c", grantedS: 600, usedS: 0 } });
    await post("/update", { key: "c", talkedMs: 61_000, wantedS: 60 });
    expect(await next()).toMatchObject({ event: "changed", session: { key: "c", usedS: 61, cost: "1.2" } });
    await post("/stop", { key: "c", talkedMs: 61_000 });
    expect(await next()).toMatchObject({ event: "ended", session: { key: "c" } });
  });
});

describe("hanging up", () => {
  const cuts = async () =>
    (await tollwrightJson<{ cuts: Record<string, unknown>[] }>(["session", "cuts"], { db })).document.cuts;

  test("one call over HTTP asks for it, once, in the name of the source", async () => {
    const { id } = (await get("?account=bea")).body.sessions[0] as { id: string };
    const asked = { sessions: ["c"], why: "fraud" };
    expect(await post("/hang-up", asked)).toEqual({ status: 200, body: { sessions: [{ id, key: "c" }], asked: 1 } });
    expect(await post("/hang-up", asked)).toMatchObject({ body: { asked: 0 } });
    const cut = { key: "c", account: "bea", reason: "operator", askedBy: "http:switch", why: "fraud", outcome: null };
    expect(await cuts()).toMatchObject([cut]);
    expect((await get("?account=bea")).body.sessions).toMatchObject([{ cutAt: expect.any(String) }]);
  });

  test("more than one has to be confirmed", async () => {
    expect(await post("/hang-up", { account: "ada", why: "fraud" })).toMatchObject({
      ...{ status: 409, body: { code: "hang-up-unconfirmed", detail: "2 calls would be ended." } },
    });
    const shown = await post("/hang-up", { account: "ada", why: "fraud", dryRun: true });
    expect(shown.body).toMatchObject({ sessions: [{ key: "a" }, { key: "b" }], asked: 0 });
    expect(await cuts()).toEqual([]);
    const done = await post("/hang-up", { account: "ada", why: "fraud", confirmed: true });
    expect(done.body).toMatchObject({ asked: 2 });
  });

  test("by the command line waits for what the switches say, and keeps who had it done", async () => {
    const desk = new CutDesk(db, [new SwitchUnderTest()], () => undefined);
    const why = ["--why", "asked for"];
    const refused = await tollwrightJson(["session", "hang-up", "--account", "ada", ...why], { db });
    expect(refused).toMatchObject({ status: 2, document: { code: "hang-up-unconfirmed" } });
    const hangingUp = tollwrightJson(["session", "hang-up", "--account", "ada", "--yes", ...why], { db });
    while ((await cuts()).length < 2);
    await desk.look({ givesUpOverdue: true });
    await desk.settled();
    const cut = { account: "ada", askedBy: "cli:test", why: "asked for", way: "radius", outcome: "ended", tries: 1 };
    const expected = [
      { key: "a", ...cut },
      { key: "b", ...cut },
    ];
    expect(await hangingUp).toMatchObject({ status: 0, document: { cuts: expected } });
    const nobody = await tollwrightJson(["session", "hang-up", "--session", "none", ...why], { db });
    expect(nobody).toMatchObject({ status: 0, document: { sessions: [] } });
  });
});
