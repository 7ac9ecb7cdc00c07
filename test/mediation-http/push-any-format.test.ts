import { gzipSync } from "node:zlib";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type HttpServer, startHttp } from "../../src/server/http/http-server.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { PushReceiver } from "../../src/server/mediation/receive-push.ts";
import { mediationRoutes } from "../../src/server/mediation/routes.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

let db: TestDatabase;
let http: HttpServer;

beforeAll(async () => {
  db = await testDatabase();
  const routes = [mediationRoutes(db, new PushReceiver(db))];
  http = await startHttp({ host: "127.0.0.1", port: 0, db, log: pino({ level: "silent" }), routes });
});
afterAll(async () => {
  await http?.close();
  await db?.drop();
});

const CALL = {
  key: "id",
  calling: "src",
  called: "dst",
  startedAt: { column: "at", format: "epoch-s" },
  talked: { column: "seconds", unit: "s" },
};
const COLUMNS = ["id", "at", "src", "dst", "seconds"];
const record = (id: string) => [id, "1772446513", "442079460018", "14155550123", "60"];
const line = (id: string) => record(id).join(",");
const document = (id: string) => JSON.stringify(Object.fromEntries(COLUMNS.map((name, at) => [name, record(id)[at]])));

/** A source of a layout, and a way to post to it. */
async function posting(layout: object) {
  const operator = await Operator.create(db);
  const source = await operator.source("edge", "mapped", { mapping: { layout, ...CALL } });
  await operator.flatRate(source, "0.06");
  const { tenantId } = operator;
  const { token } = await issuePushToken(db, {
    tenantId,
    source: "edge",
    revokeEarlier: false,
    actor: testerOf(tenantId),
  });
  return async (body: string, headers: Record<string, string> = {}, query = "") => {
    const response = await fetch(`${http.url}/v1/sources/edge/cdrs${query}`, {
      method: "POST",
      body: headers["content-encoding"] === "gzip" ? gzipSync(body) : body,
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };
}

// biome-ignore format: a table reads by its columns
test.each<[string, object, string, Record<string, string>, string]>([
  // form         layout                              body                                                 headers
  ["CSV",         { kind: "csv", columns: COLUMNS },  `${line("a")}\n${line("b")}\n`,                      { "content-type": "text/csv" },      "records without a header"],
  ["CSV",         { kind: "csv", header: true },      `${COLUMNS.join(",")}\n${line("a")}\n${line("b")}`,  { "content-type": "" },              "with one, and no line end at the end"],
  ["NDJSON",      { kind: "ndjson" },                 `${document("a")}\n${document("b")}\n`,              { "content-type": "application/x-ndjson" }, "a document a line"],
  ["JSON",        { kind: "json" },                   `[${document("a")},${document("b")}]`,               { "content-type": "application/json" }, "a list"],
  ["JSON",        { kind: "json", records: "cdrs" },  `{"cdrs":[${document("a")},${document("b")}]}`,      { "content-type": "application/json" }, "a list inside"],
  ["packed CSV",  { kind: "csv", columns: COLUMNS },  `${line("a")}\n${line("b")}\n`,                      { "content-encoding": "gzip" },      "gzip"],
])("several records of %s in one post are stored, and the same post again is no second call: %#", async (_form, layout, body, headers) => {
  const post = await posting(layout);
  expect(await post(body, headers)).toMatchObject({ status: 200, answer: { rows: 2, stored: 2 } });
  expect(await post(body, headers)).toMatchObject({ status: 200, answer: { rows: 2, stored: 0, duplicate: 2 } });
});

test("what became of each record is told where it is asked for, with a reason and a remedy", async () => {
  const post = await posting({ kind: "csv", columns: COLUMNS });
  await post(`${line("a")}\n`);
  const body = `${line("a")}\n${line("b")}\n\nbroken\n${line("c").replace("1772446513", "yesterday")}\n`;
  const { answer } = await post(body, {}, "?records=true");
  expect(answer).toMatchObject({ rows: 4, stored: 1, duplicate: 1, quarantined: 2 });
  expect(answer.records).toEqual([
    { line: 1, fate: "duplicate" },
    { line: 2, fate: "stored" },
    { line: 4, fate: "quarantined", reason: expect.objectContaining({ code: "column-count" }) },
    { line: 5, fate: "quarantined", reason: expect.objectContaining({ code: "time-invalid" }) },
  ]);
  expect(await post(line("d"))).toMatchObject({ answer: expect.not.objectContaining({ records: expect.anything() }) });
});

test("records of another switch are kept, and the answer says whose they look like", async () => {
  const post = await posting({ kind: "csv", columns: COLUMNS });
  const record = (id: string) =>
    `"acct1","442079460018","14155550123","from-trunk","""A"" <442079460018>","PJSIP/a-1","PJSIP/b-2","Dial","x,60",` +
    `"2026-03-02 10:15:07","2026-03-02 10:15:13","2026-03-02 10:16:48",101,95,"ANSWERED","DOCUMENTATION","${id}",""\n`;
  const { status, answer } = await post(record("1772446507.1") + record("1772446507.2"));
  expect({ status, answer }).toMatchObject({ status: 200, answer: { rows: 2, stored: 0, quarantined: 2 } });
  expect(answer.otherFormat).toEqual({
    formats: ["asterisk-csv"],
    what: 'The body looks like asterisk-csv; source "edge" reads mapped and can use none of its records.',
    fix: expect.stringContaining("cdr quarantine retry"),
  });
  expect((await post(`${line("a")}\n${record("1772446507.3")}`)).answer).not.toHaveProperty("otherFormat");
  expect((await post("nothing of the kind\n")).answer).not.toHaveProperty("otherFormat");
});
