import { readFileSync } from "node:fs";
import pino from "pino";
import { SaxesParser } from "saxes";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Charging } from "../../src/server/charging/charging.ts";
import { giveUpSessions } from "../../src/server/charging/give-up-sessions.ts";
import { type HttpServer, startHttp } from "../../src/server/http/http-server.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { xmlCurlRoutes } from "../../src/server/switches/xml-curl-routes.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";
import { sharedData } from "../support/shared-data.ts";

let db: TestDatabase;
let operator: Operator;
let source: Source;
let charging: Charging;
let http: HttpServer;
let token: string;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

/** Ada at .60 a minute with one unit of money, and a FreeSWITCH that asks by mod_xml_curl. */
beforeEach(async () => {
  operator = await Operator.create(db);
  await prepaidCustomer(operator, {
    match: { address: "192.0.2.0/24" },
    rates: [anyRate("49", "0.60"), anyRate("3001", "0.60")],
  });
  source = await operator.source("fs-1", "freeswitch-json");
  const { tenantId } = operator;
  ({ token } = await issuePushToken(db, { tenantId, source: "fs-1", revokeEarlier: false, actor: testerOf(tenantId) }));
  charging = new Charging(db);
  const log = pino({ level: "silent" });
  http = await startHttp({ host: "127.0.0.1", port: 0, db, log, routes: [xmlCurlRoutes(db, charging)] });
  return () => http.close();
});

/** Posts a form as mod_xml_curl does, with `gateway-credentials`; answers the actions of the dialplan that comes back. */
async function ask(form: string, { query = "", password = token } = {}) {
  const response = await fetch(`${http.url}/v1/sources/fs-1/xml-curl${query}`, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`freeswitch:${password}`).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: form,
  });
  if (response.status !== 200) return response.status;
  expect(response.headers.get("content-type")).toBe("text/xml; charset=utf-8");
  return actionsOf(await response.text());
}

/** "set a=b", one after the other; "not found" where the switch's own files count. */
function actionsOf(xml: string): readonly string[] {
  const actions: string[] = [];
  const parser = new SaxesParser();
  parser.on("error", (error) => expect.fail(error.message));
  parser.on("opentag", ({ name, attributes }) => {
    if (name === "action") actions.push(`${attributes.application} ${attributes.data}`);
    if (name === "result") actions.push(String(attributes.status));
  });
  parser.write(xml).close();
  return actions;
}

const CALL = {
  section: "dialplan",
  "Event-Date-Timestamp": "1795252346000000",
  "Unique-ID": "c69a157c-08d0-4317-a802-226d4a27c424",
  "Call-Direction": "inbound",
  "Caller-Caller-ID-Number": "442071234567",
  "Caller-Network-Addr": "192.0.2.10",
  "Caller-Context": "default",
  "Hunt-Destination-Number": "4930123456",
  variable_tollwright: "ask",
};
const formOf = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
/** What the payer has left, for announcements. */
const LEFT = (amount: string) => [`set tollwright_left=${amount}`, "set tollwright_currency=EUR"];
const LIMIT = "set execute_on_answer_tollwright=sched_hangup +100 ALLOTTED_TIMEOUT";

describe("a call that mod_xml_curl asks about", () => {
  test("is allowed for its grant, and goes on by the switch's own dialplan, which is not answered again", async () => {
    const allowed = [...LEFT("1"), "set tollwright=granted", LIMIT, "transfer 4930123456 XML default"];
    expect(await ask(formOf(CALL))).toEqual(allowed);
    expect(await ask(formOf(CALL))).toEqual(allowed); // sent again
    expect(await ask(formOf({ ...CALL, variable_tollwright: "granted" }))).toEqual(["not found"]);
    expect(await booksOf(operator)).toMatchObject({ held: 1, open: 1 });
  });

  test("is bridged to a gateway that the address names", async () => {
    expect(await ask(formOf(CALL), { query: "?gateway=carrier1" })).toEqual([
      ...LEFT("1"),
      "set tollwright=granted",
      LIMIT,
      "set hangup_after_bridge=true",
      "bridge sofia/gateway/carrier1/4930123456",
    ]);
  });

  test("that was transferred is charged by where it goes now, and what it has talked is used", async () => {
    await ask(formOf(CALL));
    const moved = {
      ...{ ...CALL, "Hunt-Destination-Number": "4989123456", "Event-Date-Timestamp": "1795252376000000" },
      "Caller-Channel-Answered-Time": "1795252346000000",
      variable_execute_on_answer_tollwright: "sched_hangup +100 ALLOTTED_TIMEOUT",
    };
    expect(await ask(formOf(moved))).toEqual([
      ...LEFT("0.7"),
      "set tollwright=granted",
      "sched_hangup +70 ALLOTTED_TIMEOUT",
      "transfer 4989123456 XML default",
    ]);
    expect(await operator.figures("select attempt ->> 'called' as called, used_s::integer from sessions")).toEqual({
      called: "4989123456",
      used_s: 30,
    });
  });

  test("that was given up is let on no more with what it was granted then", async () => {
    await ask(formOf(CALL));
    const { tenantId } = operator;
    const silent = "update sessions set expires_at = now() - interval '1 s' where tenant_id = $1";
    await db.transaction("ingest", {}, (tx) => tx.query(silent, [tenantId]));
    expect(await giveUpSessions(db, charging)).toMatchObject({ ended: 1 });
    const moved = { ...CALL, variable_execute_on_answer_tollwright: "sched_hangup +100 ALLOTTED_TIMEOUT" };
    expect(await ask(formOf(moved))).toEqual(["respond 403 Forbidden"]);
    expect(await booksOf(operator)).toMatchObject({ wallet: 1, held: 0, open: 0 });
  });

  test.each<[string, object, string]>([
    ["of nobody known", { "Caller-Network-Addr": "198.51.100.9" }, "respond 403 Forbidden"],
    ["without a price", { "Hunt-Destination-Number": "33123456789" }, "respond 404 Not Found"],
    ["whose number would be more than one", { "Hunt-Destination-Number": "4930 XML x" }, "respond 404 Not Found"],
  ])("%s is refused", async (_what, fields, action) => {
    expect(await ask(formOf({ ...CALL, ...fields }))).toEqual([action]);
    expect(await booksOf(operator)).toMatchObject({ held: 0, open: 0 });
  });

  test("without money, or that cannot be decided, is refused", async () => {
    await ask(formOf(CALL));
    expect(await ask(formOf({ ...CALL, "Unique-ID": "another" }))).toEqual(["respond 402 Payment Required"]);
    charging.decide = () => Promise.reject(new Error("the database is away"));
    expect(await ask(formOf({ ...CALL, "Unique-ID": "a third" }))).toEqual(["respond 503 Charging Unavailable"]);
  });

  test.each<[string, object, string]>([
    ["no dialplan", { section: "directory" }, ""],
    ["a call that is not marked", { variable_tollwright: "" }, ""],
    ["one of another context than the address names", { variable_tollwright: "" }, "?context=public"],
    ["no call", { "Unique-ID": "" }, ""],
  ])("%s is left to the switch's own files", async (_what, fields, query) => {
    expect(await ask(formOf({ ...CALL, ...fields }), { query })).toEqual(["not found"]);
  });

  test("is let in by the source's token alone", async () => {
    expect(await ask(formOf(CALL), { password: "twp_wrong" })).toBe(401);
    expect(await ask(formOf(CALL), { query: "?gateway=a/b" })).toBe(400);
  });
});

test("the guide's configurations are XML", () => {
  const guide = readFileSync(new URL("../../docs/guides/freeswitch-charging.md", import.meta.url), "utf8");
  const files = [...guide.matchAll(/^```xml\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  expect(files).toHaveLength(4);
  expect(files.flatMap(actionsOf)).toContain("socket 192.0.2.10:8084 async full");
});

const recorded = sharedData("../rig/fixtures/xml_curl.json");
const record = sharedData("../rig/fixtures/json_cdr.json");

test.skipIf(recorded === null || record === null)(
  "what FreeSWITCH 1.11.1 posted is one call with the record that it wrote of it",
  async () => {
    await operator.flatRate(source, "0.60");
    const posts: { b: string }[] = JSON.parse(readFileSync(recorded ?? "", "utf8"));
    expect(await ask(posts[0]?.b ?? "", { query: "?context=public" })).toContain("transfer 3001 XML public");
    const records: { b: string }[] = JSON.parse(readFileSync(record ?? "", "utf8"));
    const own = records.map(({ b }) => b).filter((text) => JSON.parse(text).variables.uuid === CALL["Unique-ID"]);
    expect(own).toHaveLength(1);
    await operator.importText(source, "cdr.json", own.join("\n"));
    const { id } = await operator.figures<{ id: string }>("select id from sessions");
    expect(await operator.figures("select id, call_key from usage_events")).toMatchObject({ id });
  },
);
