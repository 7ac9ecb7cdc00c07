import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { retryQuarantine } from "../../src/server/mediation/retry-quarantine.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { callDocument, xmlDocument } from "./call-document.ts";
import { post, type StartedServer, startServer } from "./started-server.ts";

let db: TestDatabase;
let servers: readonly StartedServer[];

beforeAll(async () => {
  db = await testDatabase();
  servers = await Promise.all([startServer(db.url), startServer(db.url)]);
});
afterAll(async () => {
  await Promise.all((servers ?? []).map((server) => server.stop()));
  await db?.drop();
});

const COUNTS = { rows: 0, stored: 0, duplicate: 0, corrected: 0, nonBillable: 0, quarantined: 0, open: 0 };

/** An operator with a source that takes pushes, all of whose calls one customer pays at 0.06 a minute. */
async function pushedSource(format = "freeswitch-json", settings: unknown = {}) {
  const operator = await Operator.create(db);
  const source = await operator.source("fs-1", format, settings);
  await operator.flatRate(source, "0.06");
  return { operator, source, token: await tokenOf(operator, source) };
}

async function tokenOf({ tenantId }: Operator, { name }: Source, revokeEarlier = false): Promise<string> {
  return (await issuePushToken(db, { tenantId, source: name, revokeEarlier, actor: testerOf(tenantId) })).token;
}

const urlOf = (index: number): string => servers[index % servers.length]?.url ?? "";

const STORED = `select (select count(*)::int from usage_events) as events,
  (select coalesce(sum(amount), 0)::float8 from charges) as charged,
  (select coalesce(sum(amount), 0)::float8 from balances where kind = 'unbilled') as unbilled`;
const FILES = `select count(*)::int as files, sum(rows)::int as rows, sum(stored)::int as stored,
  sum(duplicate)::int as duplicate, sum(quarantined)::int as quarantined from source_files`;

// biome-ignore format: a table reads by its columns
const ENCODINGS: [string, string, (document: string) => string, string][] = [
  // encode   content type                         body                                                    why
  ["false",   "application/json",                  (document) => document,                                 "the plain document"],
  ["true",    "application/x-www-form-urlencoded", (document) => `cdr=${encodeURIComponent(document)}`,    "a form, URL-encoded"],
  ["base64",  "application/x-www-form-urlencoded", (document) => `cdr=${btoa(document)}`,                  "a form, in base64"],
  ["none",    "",                                  (document) => document,                                 "an empty content type"],
];

test.each<[module: string, format: string, document: string]>([
  ["mod_json_cdr", "freeswitch-json", callDocument("leg-1")],
  ["mod_xml_cdr", "freeswitch-xml", xmlDocument("leg-1")],
])("%s's posts are understood in every encoding, and are one record", async (_module, format, document) => {
  const { operator, token } = await pushedSource(format);
  const answers = [];
  for (const [encode, contentType, encoded] of ENCODINGS) {
    const body = new TextEncoder().encode(encoded(document));
    const answer = await post(urlOf(0), { source: "fs-1", token, body, headers: { "content-type": contentType } });
    answers.push([encode, answer.status, answer.answer]);
  }
  const repeat = { ...COUNTS, rows: 1, duplicate: 1 };
  expect(answers).toEqual([
    ["false", 200, { ...COUNTS, rows: 1, stored: 1 }],
    ...["true", "base64", "none"].map((encode) => [encode, 200, repeat]),
  ]);
  expect(await operator.figures(STORED)).toEqual({ events: 1, charged: 0.03, unbilled: 0.03 });
});

test("the same record, posted 40 times at once to two processes, is stored once", async () => {
  const { operator, token } = await pushedSource();
  const body = callDocument("leg-1");
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => post(urlOf(index), { source: "fs-1", token, body })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
  const fates = answers.map(({ answer }) => [answer.stored, answer.duplicate].join());
  expect(fates.toSorted()).toEqual([...Array(39).fill("0,1"), "1,0"]);
  expect(await operator.figures(STORED)).toEqual({ events: 1, charged: 0.03, unbilled: 0.03 });
  expect(await operator.figures(FILES)).toMatchObject({ rows: 40, stored: 1, duplicate: 39 });
});

test("1,000 records, posted at once to two processes, are all stored, under lines of their own", async () => {
  const { operator, token } = await pushedSource();
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) =>
      post(urlOf(index), { source: "fs-1", token, body: callDocument(`leg-${index}`) }),
    ),
  );
  expect(answers.filter(({ status, answer }) => status !== 200 || answer.stored !== 1)).toEqual([]);
  expect(await operator.figures(STORED)).toEqual({ events: 1_000, charged: 30, unbilled: 30 });
  expect(await operator.figures("select count(distinct line)::int as lines from usage_events")).toEqual({
    lines: 1_000,
  });
  expect(await operator.figures(FILES)).toMatchObject({ rows: 1_000, stored: 1_000 });
});

test("a body may hold many records of any format, with a header of its own", async () => {
  const mapping = { header: true };
  const { operator, token } = await pushedSource("freeswitch-csv", { mapping });
  const header = "uuid,caller_id_number,destination_number,start_stamp,answer_stamp,end_stamp,billsec,accountcode";
  const row = (uuid: string) =>
    `${uuid},442079460018,14155550123,2026-03-02 10:15:07,2026-03-02 10:15:13,2026-03-02 10:15:43,30,x`;
  const body = [header, row("k1"), row("k2"), "k3,broken", row("k1"), ""].join("\n");
  const first = await post(urlOf(0), { source: "fs-1", token, body, headers: { "content-type": "text/csv" } });
  expect(first).toMatchObject({ status: 200, answer: { rows: 4, stored: 2, duplicate: 1, quarantined: 1 } });
  const again = await post(urlOf(1), { source: "fs-1", token, body, headers: { "content-type": "text/csv" } });
  expect(again).toMatchObject({ status: 200, answer: { rows: 4, stored: 0, duplicate: 4 } });
  expect(await operator.figures(FILES)).toMatchObject({ files: 1, rows: 8, stored: 2, duplicate: 5, quarantined: 1 });
  const retried = await retryQuarantine(db, { tenantId: operator.tenantId, limit: 10 }, testerOf(operator.tenantId));
  expect(retried).toMatchObject({ tried: 1, fates: { quarantined: 1 } });
});

describe("what can't be used is kept, because the switch would throw it away", () => {
  test.each<[string, string]>([
    ['{"variables":{"uuid":"x"', "cut off"],
    ["{}", "JSON of another kind"],
    ["cdr=%7Bnot", "a broken form"],
    ["hello", "no record at all"],
    [callDocument("leg-0\u0000"), "a character that a database has no room for"],
  ])("%j (%s)", async (body) => {
    const { operator, token } = await pushedSource();
    const answer = await post(urlOf(0), { source: "fs-1", token, body });
    expect(answer).toMatchObject({ status: 200, answer: { rows: 1 } });
    const { rows, events } = await operator.figures<{ rows: number; events: number }>(
      "select (select count(*)::int from quarantine) as rows, (select count(*)::int from usage_events) as events",
    );
    expect(rows + events).toBe(1);
  });
});

test("a rule, a price and a setting count from the next post on; what waited is stored by a retry", async () => {
  const operator = await Operator.create(db);
  const source = await operator.source("fs-1", "freeswitch-json");
  const token = await tokenOf(operator, source);
  const send = async (uuid: string) =>
    (await post(urlOf(0), { source: "fs-1", token, body: callDocument(uuid) })).answer;
  expect(await send("leg-1")).toMatchObject({ quarantined: 1 });
  const account = await operator.account("late");
  await operator.rule(account, { sourceId: source.id });
  expect(await send("leg-2")).toMatchObject({ quarantined: 1 });
  await operator.tariff("late", [anyRate("", "0.06")], [account]);
  expect(await send("leg-3")).toMatchObject({ stored: 1 });
  await operator.source("fs-1", "freeswitch-json", { directions: ["terminating"] });
  expect(await send("leg-4")).toMatchObject({ nonBillable: 1 });
  await operator.source("fs-1", "freeswitch-json");
  expect(
    (await retryQuarantine(db, { tenantId: operator.tenantId, limit: 10 }, testerOf(operator.tenantId))).fates,
  ).toMatchObject({ stored: 2 });
  expect(await operator.figures(FILES)).toMatchObject({ rows: 4, stored: 3, quarantined: 0 });
});

describe("who may push", () => {
  test("nobody but the holder of a token of this very source", async () => {
    const { operator, token } = await pushedSource();
    await operator.source("other", "freeswitch-json");
    const body = callDocument("leg-1");
    const statusOf = async (source: string, headers: Record<string, string>) =>
      (await post(urlOf(0), { source, token, body, headers })).status;
    const basic = (user: string) => ({ authorization: `Basic ${btoa(`${user}:${token}`)}` });
    expect(await statusOf("other", {})).toBe(401);
    expect(await statusOf("no-such-source", {})).toBe(401);
    expect(await statusOf("%00", {})).toBe(401);
    expect(await statusOf("fs-1", { authorization: "Bearer twp_guess" })).toBe(401);
    expect(await statusOf("fs-1", { authorization: "" })).toBe(401);
    expect(await operator.figures(STORED)).toMatchObject({ events: 0 });
    expect(await statusOf("fs-1", basic("anyone"))).toBe(200);
    expect(await statusOf("fs-1", basic(""))).toBe(200);
  });

  test("an earlier token, until it is revoked", async () => {
    const { operator, source, token } = await pushedSource();
    const second = await tokenOf(operator, source);
    const statusOf = async (held: string) =>
      (await post(urlOf(0), { source: "fs-1", token: held, body: callDocument("leg-1") })).status;
    expect([await statusOf(token), await statusOf(second)]).toEqual([200, 200]);
    const third = await tokenOf(operator, source, true);
    expect([await statusOf(token), await statusOf(second), await statusOf(third)]).toEqual([401, 401, 200]);
  });

  test("two tenants may have a source of one name: the token tells them apart", async () => {
    const [one, two] = [await pushedSource(), await pushedSource()];
    for (const { token } of [one, two]) await post(urlOf(0), { source: "fs-1", token, body: callDocument("leg-1") });
    expect(await one.operator.figures(STORED)).toMatchObject({ events: 1 });
    expect(await two.operator.figures(STORED)).toMatchObject({ events: 1 });
  });
});
