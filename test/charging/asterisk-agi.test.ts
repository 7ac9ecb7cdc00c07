import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import type { AgiNotice } from "../../src/server/agi/agi-report.ts";
import { AgiServer } from "../../src/server/agi/agi-server.ts";
import { AgiSources } from "../../src/server/agi/agi-sources.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { giveUpSessions } from "../../src/server/charging/give-up-sessions.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { ChargingOverAgi } from "../../src/server/switches/over-agi.ts";
import { AsteriskChannel, notAnswered, ringing, talked } from "../support/asterisk.ts";
import { startTollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, pay, prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let operator: Operator;
let source: Source;
let server: AgiServer;
let charging: Charging;
const notices: AgiNotice[] = [];

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

/** Ada at .60 a minute with one unit of money, and an Asterisk whose endpoint is hers. */
beforeEach(async () => {
  operator = await Operator.create(db);
  await prepaidCustomer(operator, { match: { sipUser: "ada" } });
  source = await operator.source("pbx", "asterisk-csv");
  charging = new Charging(db);
  notices.length = 0;
  const { tenantId, id: sourceId, name } = source;
  const sources = new AgiSources([{ tenantId, sourceId, name, from: ["127.0.0.0/8"] }]);
  const handler = new ChargingOverAgi(charging, sources);
  server = await AgiServer.listen({
    ...{ host: "127.0.0.1", port: 0, handler, onNotice: (notice) => void notices.push(notice) },
    limits: { replyMs: 1_000, closeMs: 500 },
  });
  return () => server.close();
});

const money = () => booksOf(operator);
const UNTOUCHED = { wallet: 1, overrun: 0, held: 0, calls: 0 };
const ANSWERED_42 = { wallet: 0.58, overrun: 0, held: 0, calls: 1, seconds: 42 };

const channelOf = (uniqueId: string, state: ConstructorParameters<typeof AsteriskChannel>[1] = {}) =>
  new AsteriskChannel(uniqueId, { values: ringing(uniqueId), ...state });

/** A line of Master.csv with unique id and the new columns, of the same call; 0 seconds: nobody answered. */
function csvLine(uniqueId: string, { sequence = "7", billsec = 42 } = {}): string {
  const [answer, disposition] = billsec === 0 ? ["", "NO ANSWER"] : ["2026-03-01 08:01:40", "ANSWERED"];
  const fields = [
    ...["", "442071234567", "4930123456", "from-customers", '"Ada" <442071234567>', "PJSIP/ada-00000001"],
    ...["PJSIP/carrier-00000002", "Dial", "PJSIP/4930123456@carrier,60,L(100000:0:0)", "2026-03-01 08:01:35", answer],
    ...[`2026-03-01 08:0${billsec === 0 ? "1:40" : "2:22"}`, `${billsec + 5}`, `${billsec}`, disposition],
    ...["DOCUMENTATION", uniqueId, "", "", uniqueId, sequence],
  ];
  return `${fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(",")}\n`;
}

const authorised = async (uniqueId: string, state?: ConstructorParameters<typeof AsteriskChannel>[1]) => {
  const channel = channelOf(uniqueId, state);
  await channel.agi(server.port, "authorise");
  return channel;
};

test("a dialplan that dials by itself asks before and reports after; the record that comes later is a duplicate", async () => {
  const channel = await authorised("1772352095.1");
  expect([channel.of("TOLLWRIGHT_RESULT"), channel.of("TOLLWRIGHT_MS")]).toEqual(["granted", "100000"]);
  expect(await money()).toMatchObject({ ...UNTOUCHED, held: 1 });
  talked(channel, 42_900);
  await channel.agi(server.port, "stop");
  await channel.agi(server.port, "stop");
  expect(await money()).toMatchObject(ANSWERED_42);
  const { counts } = await operator.importText(source, "Master.csv", csvLine("1772352095.1"));
  expect(counts).toMatchObject({ duplicate: 1 });
  expect(await money()).toMatchObject(ANSWERED_42);
});

test("a dial string that is handed over is dialled with the limit, reported, and the call ended", async () => {
  const channel = channelOf("1772352095.1", {
    dial: (_argument, call) => {
      talked(call, 42_900);
      return "-1";
    },
  });
  await channel.agi(server.port, "dial?ring=30&warn=20", ["PJSIP/4930123456@carrier"]);
  expect(channel.commands).toContain('EXEC Dial "PJSIP/4930123456@carrier,30,gL(100000:20000:0)"');
  expect(channel.commands.at(-1)).toBe("HANGUP");
  expect(await money()).toMatchObject(ANSWERED_42);
  await channel.agi(server.port, "stop"); // the handler of the hang-up, which reports in case we could not
  await operator.importText(source, "Master.csv", csvLine("1772352095.1"));
  expect(await money()).toMatchObject(ANSWERED_42);
});

test("a call that is not answered costs nothing, and the dialplan goes on", async () => {
  const channel = channelOf("1772352095.1", {
    dial: (_argument, call) => {
      notAnswered(call, "BUSY", "17");
      return "0";
    },
  });
  await channel.agi(server.port, "dial", ["PJSIP/4930123456@carrier"]);
  expect(channel.commands.at(-1)).toMatch(/^GET FULL VARIABLE/);
  expect(await money()).toMatchObject({ ...UNTOUCHED, calls: 1, seconds: 0 });
  expect(await operator.figures("select q850, cause_text, answered_at from usage_events")).toEqual({
    ...{ q850: 17, cause_text: "NO ANSWER", answered_at: null },
  });
});

test("account rules find a call by what its record has, too; what a caller adds to the address does not count", async () => {
  const channel = channelOf("1772352095.2", { request: ["accountcode: acc-1", "extension: s"] });
  await channel.agi(server.port, "authorise?from=203.0.113.7:5060&to=carrier&called=4930123456&from=10.0.0.1");
  talked(channel, 42_000);
  await channel.agi(server.port, "stop");
  await operator.importText(source, "Master.csv", csvLine("1772352095.3").replace('""', '"acc-1"'));
  const facts = (uniqueId: string) =>
    operator.figures<{ call_key: string }>(
      `select calling, called, call_id, leg, direction, account_code, sip_user, ingress_trunk, egress_trunk,
         source_address, talked_s from usage_events where call_key = '${uniqueId}'`,
    );
  const live = await facts("1772352095.2");
  expect(live).toMatchObject({
    sip_user: "ada",
    account_code: "acc-1",
    egress_trunk: "carrier",
    leg: "7",
    talked_s: 42,
  });
  expect(live).toMatchObject({ source_address: "203.0.113.7:5060" });
  expect(await facts("1772352095.3")).toEqual({ ...live, call_id: "1772352095.3", source_address: null });
});

test("money that is short makes the grant short; what is asked for bounds it; without money the call is refused", async () => {
  const [first, second, third] = ["1.1", "1.2", "1.3"].map((id) => channelOf(id)) as [
    AsteriskChannel,
    AsteriskChannel,
    AsteriskChannel,
  ];
  await first.agi(server.port, "authorise?wanted=95");
  await second.agi(server.port, "authorise");
  await third.agi(server.port, "authorise");
  expect([first.of("TOLLWRIGHT_MS"), second.of("TOLLWRIGHT_MS")]).toEqual(["95000", "5000"]);
  const told = ["RESULT", "REASON", "CAUSE", "MS"].map((name) => third.of(`TOLLWRIGHT_${name}`));
  expect(told).toEqual(["refused", "balance-exhausted", "21", ""]);
  await third.agi(server.port, "stop"); // runs for refused calls, too
  expect(await money()).toMatchObject({ ...UNTOUCHED, held: 1 });
  await pay(operator, "2", { reference: "over the telephone" });
  await third.agi(server.port, "authorise");
  expect(third.of("TOLLWRIGHT_RESULT")).toBe("granted");
});

test.each<[string, string, string[], string[], string]>([
  // request     address      arguments                                 result                                  why
  ["", "dial", ["PJSIP/1,30,U(x)@c"], ["refused", "dial-string-invalid"], "options of Dial in a number"],
  ["", "dial", ["PJSIP/1@c", "PJSIP/900@c"], ["refused", "dial-string-invalid"], "a comma made two arguments of one"],
  ["", "dial", ['PJSIP/"Eve" <1>@c'], ["refused", "dial-string-invalid"], "the caller's name"],
  ["", "dial", ["Local/1@internal"], ["refused", "dial-string-invalid"], "a dialplan would be run, not a trunk called"],
  ["", "dial", [], ["refused", "dial-string-invalid"], "none"],
  ["extension: 1@c&PJSIP/900", "dial", ["PJSIP/1@c&PJSIP/900@c"], ["refused", "called-invalid"], "dialled to call two"],
  ["extension: 1@c&PJSIP/900", "authorise", [], ["refused", "called-invalid"], "the same, where the dialplan dials"],
  ["", "dial?ring=1e3", ["PJSIP/1@c"], ["failed", "parameter-invalid"], "no number of seconds"],
  ["", "authorise?wanted=-1", [], ["failed", "parameter-invalid"], "no number of seconds"],
  ["", "charge", [], ["failed", "script-unknown"], "no script of ours"],
  ["", "authorise?source=other", [], ["failed", "source-unknown"], "not this one's address"],
  ["extension: 33123456", "authorise", [], ["refused", "rate-missing-for-call"], "a number without a price"],
  ["channel: PJSIP/eve-00000001", "authorise", [], ["refused", "account-unknown"], "nobody's endpoint"],
])("%s %s %j is not dialled: %j (%s)", async (line, address, args, told) => {
  const channel = channelOf("1.1", { request: line === "" ? [] : [line] });
  await channel.agi(server.port, address, args);
  expect([channel.of("TOLLWRIGHT_RESULT"), channel.of("TOLLWRIGHT_REASON")]).toEqual(told);
  expect(channel.commands.filter((command) => command.startsWith("EXEC"))).toEqual([]);
  expect(await money()).toMatchObject(UNTOUCHED);
  expect(notices).toMatchObject([{ event: "request-refused", what: told[1] }]);
});

function lose(_argument: string, call: AsteriskChannel): string {
  call.lose();
  return "0";
}

test("a connection that is lost while Dial runs leaves the report to the dialplan's handler of the hang-up", async () => {
  const channel = channelOf("1.1", { dial: lose });
  await channel.agi(server.port, "dial", ["PJSIP/4930123456@carrier"]);
  expect(await money()).toMatchObject({ ...UNTOUCHED, held: 1 });
  talked(channel, 42_900);
  await channel.agi(server.port, "stop");
  expect(await money()).toMatchObject(ANSWERED_42);
});

test("a caller who hangs up while Dial runs, in the middle of a line or before the answer, is charged once", async () => {
  const channel = channelOf("1.1", {
    dial: (_argument, call) => {
      call.hangUp();
      talked(call, 42_900);
      return "-1";
    },
  });
  await channel.agi(server.port, "dial", ["PJSIP/4930123456@carrier"]);
  expect(await money()).toMatchObject(ANSWERED_42);
});

test("a dialplan that never heard of its grant holds no money", async () => {
  const channel = channelOf("1.1");
  const set = channel.values.set.bind(channel.values);
  channel.values.set = (name, value) => {
    channel.lose();
    return set(name, value);
  };
  await channel.agi(server.port, "authorise");
  for (let held = 1; held > 0; ) ({ held } = await money());
  expect(await money()).toMatchObject({ ...UNTOUCHED, open: 0 });
});

test("a call that goes on while Tollwright starts anew is reported to whichever process is there", async () => {
  const channel = channelOf("1.1", {
    dial: async (_argument, call) => {
      await server.close();
      talked(call, 42_900);
      return "-1";
    },
  });
  await channel.agi(server.port, "dial", ["PJSIP/4930123456@carrier"]);
  expect(await money()).toMatchObject({ ...UNTOUCHED, held: 1 });
  const { tenantId, id: sourceId, name } = source;
  const handler = new ChargingOverAgi(
    new Charging(db),
    new AgiSources([{ tenantId, sourceId, name, from: ["127.0.0.1"] }]),
  );
  server = await AgiServer.listen({ host: "127.0.0.1", port: 0, handler, onNotice: () => undefined });
  await channel.agi(server.port, "stop");
  expect(await money()).toMatchObject(ANSWERED_42);
});

test("a call of which nothing more is heard gives its money back; its record charges it", async () => {
  charging = new Charging(db, { longestCallS: 10, ringS: 0, reportS: 0, rememberS: 1 });
  const { tenantId, id: sourceId, name } = source;
  const handler = new ChargingOverAgi(charging, new AgiSources([{ tenantId, sourceId, name, from: ["127.0.0.1"] }]));
  const other = await AgiServer.listen({ host: "127.0.0.1", port: 0, handler, onNotice: () => undefined });
  onTestFinished(() => other.close());
  const channel = channelOf("1.1");
  await channel.agi(other.port, "authorise?wanted=0");
  while ((await giveUpSessions(db, charging)).ended === 0);
  expect(await money()).toMatchObject({ ...UNTOUCHED, open: 0 });
  await operator.importText(source, "Master.csv", csvLine("1.1"));
  expect(await money()).toMatchObject(ANSWERED_42);
});

test("a second place that is dialled has a record of its own, and the call is of that one", async () => {
  const channel = await authorised("1.1");
  notAnswered(channel, "CHANUNAVAIL", "3");
  channel.values.set("CDR(sequence)", "9");
  talked(channel, 42_900);
  await channel.agi(server.port, "stop");
  expect(await money()).toMatchObject(ANSWERED_42);
  const lines = csvLine("1.1", { sequence: "9" }) + csvLine("1.1", { billsec: 0 });
  const { counts } = await operator.importText(source, "Master.csv", lines);
  expect(counts).toMatchObject({ duplicate: 1, stored: 1 });
  expect(await money()).toMatchObject({ ...ANSWERED_42, calls: 2 });
});

test("a call that is authorised for another place, or another call of the same caller, ends the one before", async () => {
  const channel = await authorised("1.1");
  notAnswered(channel, "CHANUNAVAIL", "3");
  channel.values.set("CDR(sequence)", "9");
  channel.values.set("CDR(dstchannel)", ""); // the dialplan's way to the second place has a record of its own
  await channel.agi(server.port, "authorise");
  expect(await money()).toMatchObject({ ...UNTOUCHED, held: 1, open: 1, calls: 1 });
  talked(channel, 42_900);
  await channel.agi(server.port, "stop");
  expect(await money()).toMatchObject({ ...ANSWERED_42, calls: 2 });
  const { counts } = await operator.importText(source, "Master.csv", csvLine("1.1", { sequence: "9" }));
  expect(counts).toMatchObject({ duplicate: 1 });
});

test("a call that lasts beyond its grant is charged in full, what the wallet lacks as overrun", async () => {
  const channel = await authorised("1.1");
  talked(channel, 101_000);
  await channel.agi(server.port, "stop");
  expect(await money()).toMatchObject({ wallet: 0, overrun: 0.01, held: 0, calls: 1, seconds: 101 });
});

test("the guide's dialplan asks for nothing that is not there", async () => {
  const guide = await readFile(new URL("../../docs/guides/asterisk-charging.md", import.meta.url), "utf8");
  const filled = guide
    .replace(/\$\{CHANNEL\(pjsip,remote_addr\)\}/g, "203.0.113.7:5060")
    .replace(/\$\{EXTEN\}/g, "4930123456");
  const lines = [...filled.matchAll(/AGI\(\$\{TOLLWRIGHT\}\/(.*)\)$/gm)].map(([, line = ""]) => line.split(","));
  expect(lines.map(([address]) => address?.replace(/\?.*/, ""))).toEqual(["authorise", "stop", "dial"]);
  const channel = channelOf("1.1");
  for (const [address = "", ...args] of lines) {
    notAnswered(channel, "NOANSWER", "19");
    await channel.agi(server.port, address, args);
    channel.values.set("CDR(sequence)", "9");
  }
  expect([notices, await money()]).toEqual([[], { ...UNTOUCHED, open: 0, calls: 2, seconds: 0 }]);
});

test("is answered by `tollwright start`, which knows its Asterisks by the sources' settings", async () => {
  await operator.source("pbx", "asterisk-csv", { agi: { from: ["127.0.0.1"] } });
  const { child, ended } = startTollwright(["start"], {
    ...{ DATABASE_URL: db.url, TOLLWRIGHT_HTTP_PORT: "0", TOLLWRIGHT_AGI_PORT: "0", TOLLWRIGHT_LOG_LEVEL: "warn" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  while (!said.includes("FastAGI on")) said += String((await once(child.stderr, "data"))[0]);
  const port = Number(/FastAGI on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
  const channel = channelOf("1.1");
  await channel.agi(port, "authorise");
  talked(channel, 42_900);
  await channel.agi(port, "stop");
  child.kill("SIGTERM");
  expect((await ended).status).toBe(0);
  expect(await money()).toMatchObject(ANSWERED_42);
});
