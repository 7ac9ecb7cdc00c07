import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { NetstringReader, writeNetstring } from "../../src/protocol/evapi/netstring.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { startEvapi } from "../../src/server/switches/start-evapi.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { DatabaseOutage } from "../support/database-outage.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";

type Json = Readonly<Record<string, unknown>>;

let db: TestDatabase;
let operator: Operator;
let server: Server;
let kamailio: Socket;
let told: string[];
/** What Kamailio was told and nobody has looked at yet. */
let commands: Json[];

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

/** Ada at .60 a minute with one unit of money, and who stands in for a Kamailio. */
beforeEach(async () => {
  operator = await Operator.create(db);
  await prepaidCustomer(operator);
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await operator.source("kamailio", "kamailio-acc", { evapi: { host: "127.0.0.1", port, dialogsEveryS: 0 } });
  [told, commands] = [[], []];
  const accepted = once(server, "connection");
  const evapi = await startEvapi(db, {
    charging: new Charging(db),
    report: {
      ...{ connected: () => undefined, lost: () => undefined },
      odd: (_source, what) => told.push(what),
      failed: (_source, error) => told.push(String(error)),
    },
  });
  [kamailio] = (await accepted) as [Socket];
  const reader = new NetstringReader();
  kamailio.on("data", (chunk: Buffer) => {
    for (const message of reader.push(chunk)) if (message.kind === "message") commands.push(JSON.parse(message.text));
  });
  return async () => {
    await evapi.close();
    server.close();
    await db.session((client) => client.query("update tollwright.sources set settings = settings - 'evapi'"));
  };
});

const send = (event: string, fields: Json): void => {
  kamailio.write(writeNetstring(JSON.stringify({ event, ...fields })));
};
/** The next command but the question for the dialogs, which comes with a connection. */
async function command(): Promise<Json> {
  for (;;) {
    const next = commands.shift();
    if (next !== undefined && next.Event !== "CGR_DLG_LIST") return next;
    if (next === undefined) await new Promise(setImmediate);
  }
}
async function ask(event: string, fields: Json): Promise<Json> {
  send(event, { tr_index: "7", tr_label: "8", ...fields });
  return await command();
}
async function untilBooks(wanted: Json): Promise<void> {
  for (;;) {
    const books: Json = { ...(await booksOf(operator)) };
    if (Object.entries(wanted).every(([name, value]) => books[name] === value)) return;
  }
}

const CALL = { OriginID: "c@ua;f", Account: "ada", Destination: "4930123456", SetupTime: "1772352000" };
const START = { ...CALL, h_entry: "11", h_id: "12", AnswerTime: "1772352010.25" };
const END = { ...CALL, AnswerTime: "1772352010.25", Usage: "42s" };

test("the same event twice is one: asked, started, ended", async () => {
  for (const _ of [1, 2]) expect(await ask("CGR_AUTH_REQUEST", CALL)).toMatchObject({ MaxUsage: 100, Error: "" });
  for (const _ of [1, 2]) send("CGR_CALL_START", START);
  await untilBooks({ held: 1, open: 1 });
  for (const _ of [1, 2]) send("CGR_CALL_END", END);
  await untilBooks({ wallet: 0.58, held: 0, open: 0, calls: 1 });
  expect(await ask("CGR_PROCESS_CDR", END)).toMatchObject({ Event: "CGR_PROCESS_CDR", Error: "" });
  expect(await booksOf(operator)).toMatchObject({ wallet: 0.58, calls: 1 });
  expect(told).toEqual([]);
});

test("a call whose start never came is charged by its end, and its start after that ends nothing else", async () => {
  send("CGR_CALL_END", END);
  await untilBooks({ wallet: 0.58, calls: 1 });
  send("CGR_CALL_START", START);
  expect(await command()).toMatchObject({ Event: "CGR_SESSION_DISCONNECT", HashEntry: "11", HashId: "12" });
  expect(await booksOf(operator)).toMatchObject({ wallet: 0.58, held: 0, open: 0, calls: 1 });
});

test("what is refused is 0 seconds with its SIP status; what is not the caller's doing is an error", async () => {
  send("CGR_CALL_START", START); // nothing was asked before: it holds all
  await untilBooks({ held: 1 });
  const another = { ...CALL, OriginID: "d@ua;f" };
  const refused = (SipCode: number) => ({ MaxUsage: 0, Error: "", Attributes: `SipCode:${SipCode}` });
  expect(await ask("CGR_AUTH_REQUEST", { ...another, reply_route: "OWN" })).toMatchObject({
    ...refused(402),
    ...{ Event: "OWN", TransactionIndex: "7", TransactionLabel: "8" },
  });
  expect(await ask("CGR_AUTH_REQUEST", { ...another, tr_index: "9", Destination: "33140123456" })).toMatchObject(
    refused(404),
  );
  expect(await ask("CGR_AUTH_REQUEST", { ...another, tr_index: "10", Account: "eve" })).toMatchObject(refused(403));
  expect(await ask("CGR_AUTH_REQUEST", { ...CALL, Destination: "" })).toMatchObject({ Error: "DESTINATION_MISSING" });
  expect(await ask("CGR_PROCESS_MESSAGE", CALL)).toMatchObject({ Error: "MESSAGES_NOT_CHARGED" });
  expect(await ask("CGR_PROCESS_CDR", CALL)).toMatchObject({ Error: "RECORD_INCOMPLETE" });
  kamailio.write(
    writeNetstring('{"event":"CGR_AUTH_REQUEST","tr_index":"1","tr_label":"2","Account":"a","Account":"b"}'),
  );
  expect(await command()).toMatchObject({ TransactionIndex: "1", Error: "EVENT_NOT_READ" });
  expect(told).toEqual(["messages are not charged"]); // of a kind, at a bounded rate
});

test("a call that may not go on is ended at its start", async () => {
  send("CGR_CALL_START", { ...START, Account: "eve" });
  expect(await command()).toMatchObject({ Event: "CGR_SESSION_DISCONNECT", Reason: "ACCOUNT_UNKNOWN" });
});

test("while the database is away calls are refused at once, and what ends is charged when it is back", async () => {
  expect(await ask("CGR_AUTH_REQUEST", CALL)).toMatchObject({ MaxUsage: 100 });
  const outage = new DatabaseOutage(db);
  await outage.begin();
  const answer = ask("CGR_AUTH_REQUEST", { ...CALL, OriginID: "d@ua;f" });
  expect(await answer).toMatchObject({ Error: "CHARGING_UNAVAILABLE" });
  send("CGR_CALL_END", END);
  await outage.end();
  await untilBooks({ wallet: 0.58, held: 0, open: 0, calls: 1 });
});
