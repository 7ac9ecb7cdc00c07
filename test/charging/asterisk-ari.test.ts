import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { attemptOf } from "../../src/server/switches/asterisk-call.ts";
import type { CallToCut } from "../../src/server/switches/call-cutter.ts";
import { type AriStartReport, startAri } from "../../src/server/switches/start-ari.ts";
import type { SwitchListener } from "../../src/server/switches/switch-listener.ts";
import { AsteriskRest } from "../support/asterisk-rest.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";
import { sharedData } from "../support/shared-data.ts";
import { writeTemporary } from "../support/temporary-file.ts";

let db: TestDatabase;
let operator: Operator;
let source: Source;
let rest: AsteriskRest;
let charging: Charging;
let listener: SwitchListener;
const told: string[] = [];

const report: AriStartReport = {
  happened: (name, happening) => tell(name, happening),
  unusable: (name, error) => tell(name, String(error)),
  failed: (name, error) => tell(name, String(error)),
};

/** Asterisks of other tests are away by now. */
function tell(name: string | null, what: string): void {
  if (name === source.name) told.push(what);
}

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

/** Ada at .60 a minute with one unit of money, and an Asterisk that is followed by its REST interface. */
beforeEach(async () => {
  told.length = 0;
  operator = await Operator.create(db);
  const rates = [anyRate("49", "0.60"), anyRate("=", "0.60")];
  const ada = await prepaidCustomer(operator, { match: { sipUser: "ada" }, rates });
  await operator.rule(ada, { match: { sipUser: "uas" } }); // as the recorded endpoint is called
  rest = await AsteriskRest.start();
  const passwordFrom = { file: await writeTemporary("password", `${rest.password}\n`) };
  const ari = { url: rest.url, user: rest.user, passwordFrom };
  source = await operator.source(`pbx-${operator.tenantId}`, "asterisk-csv", { ari });
  charging = new Charging(db);
  listener = await startAri(db, { charging, report });
  await until(() => told.includes("connected"));
  return async () => {
    await listener.close();
    await rest.stop();
  };
});

/** The test's own time limit ends it. */
async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await is())) await sleep(5);
}
const money = () => booksOf(operator);
const UNTOUCHED = { wallet: 1, overrun: 0, held: 0, calls: 0 };
const ANSWERED_42 = { wallet: 0.58, overrun: 0, held: 0, calls: 1, seconds: 42 };

const attempt = attemptOf({
  ...{ uniqueId: "1.1", sequence: "7", linkedId: "1.1", channel: "PJSIP/ada-00000001", calling: "442071234567" },
  ...{ called: "4930123456", accountCode: null, startedAt: epochMs(1_772_352_095_000) },
  ...{ sourceAddress: null, egressTrunk: null },
});

/** A call that another process has authorised over FastAGI: its channel has the variable that says so. */
async function authorised(): Promise<void> {
  const { tenantId, id: sourceId } = source;
  const asked = { kind: "authorise", sourceId, requestKey: "1", attempt, wantedS: null } as const;
  expect(await new Charging(db).decide(tenantId, asked)).toMatchObject({ kind: "granted", talkS: 100 });
  rest.channel("1.1", "Ring", { TOLLWRIGHT_LEG: "7", "CDR(answer,u)": "1772352100.250000" });
}

const varset = { type: "ChannelVarset", variable: "TOLLWRIGHT_LEG", value: "7", channel: { id: "1.1" } };
const up = {
  type: "ChannelStateChange",
  timestamp: "2026-03-01T08:01:40.250+0000",
  channel: { id: "1.1", state: "Up" },
};
const destroyed = {
  type: "ChannelDestroyed",
  timestamp: "2026-03-01T08:02:23.150+0000",
  cause: 16,
  channel: { id: "1.1" },
};
const isStored = async () => (await money()).calls > 0;

describe("calls of Asterisk that are followed by ARI", () => {
  test("end when their channel does, should the dialplan not tell", async () => {
    await authorised();
    for (const event of [varset, up, { ...up, channel: { id: "1.2", state: "Up" } }, destroyed]) rest.emit(event);
    await until(isStored);
    expect(await money()).toMatchObject(ANSWERED_42);
    expect(await operator.figures("select call_key, leg, talked_ms::integer, q850 from usage_events")).toEqual({
      ...{ call_key: "1.1", leg: "7", talked_ms: 42_900, q850: 16 },
    });
  });

  test("are charged once when the dialplan tells too", async () => {
    await authorised();
    for (const event of [varset, up]) rest.emit(event);
    const { tenantId, id: sourceId } = source;
    await charging.decide(tenantId, {
      ...{ kind: "stop", sourceId, requestKey: "stop", key: "1.1", leg: "7", talkedMs: 42_050, reportedS: 42 },
      ...{ answeredAt: epochMs(1_772_352_100_250), endedAt: epochMs(1_772_352_142_300), counted: "whole-call" },
      ...{ recordKey: null, isGivenUp: false, attempt: null, cause: { q850: 16, sip: null, text: "ANSWERED" } },
    });
    rest.emit(destroyed);
    await listener.close();
    expect(await money()).toMatchObject(ANSWERED_42);
    expect(told).toEqual(["connected"]);
  });

  test("that are not answered cost nothing", async () => {
    await authorised();
    for (const event of [varset, { ...destroyed, cause: 19 }]) rest.emit(event);
    await until(isStored);
    expect(await money()).toMatchObject({ ...UNTOUCHED, calls: 1, seconds: 0 });
  });

  test("are found again when the connection was lost, with the time of their answer", async () => {
    await authorised();
    rest.channel("1.2", "Up");
    rest.drop();
    const channel = rest.channels.get("1.1");
    if (channel !== undefined) channel.state = "Up";
    await until(() => rest.requests.some((asked) => asked.includes("CDR(answer%2Cu)")));
    await until(
      async () => (await operator.figures<{ at: Date | null }>("select answered_at as at from sessions")).at !== null,
    );
    rest.emit(destroyed);
    await until(isStored);
    expect(await money()).toMatchObject(ANSWERED_42);
    expect(told).toEqual(["connected", "disconnected", "connected"]);
  });

  test("that began on a channel which was up are left to the dialplan, and another call of a channel ends the one before", async () => {
    await authorised();
    rest.emit({ ...varset, channel: { id: "1.1", state: "Up" } });
    rest.emit({ ...varset, channel: { id: "1.2" } });
    for (const event of [destroyed, { ...varset, value: "8", channel: { id: "1.2" } }]) rest.emit(event);
    rest.emit({ ...destroyed, channel: { id: "1.2" } });
    await listener.close();
    expect(await money()).toMatchObject({ ...UNTOUCHED, held: 1, open: 1 });
  });

  test("are ended by their channel; one that is gone is no call", async () => {
    await authorised();
    const call: CallToCut = { id: "", tenantId: source.tenantId, sourceId: source.id, attempt };
    const { cutter } = listener;
    expect(cutter?.reaches(call)).toBe(true);
    expect(cutter?.reaches({ ...call, sourceId: source.tenantId })).toBe(false);
    expect(await cutter?.cut(call)).toEqual({ kind: "ended" });
    expect(rest.requests.at(-1)).toBe("DELETE /ari/channels/1.1?reason_code=16");
    expect(await cutter?.cut(call)).toEqual({ kind: "no-call" });
    await rest.stop();
    expect(await cutter?.cut(call)).toMatchObject({ kind: "failed" });
    rest = await AsteriskRest.start();
  });
});

describe("calls that the dialplan gives to the application", () => {
  const entered = (args: readonly string[], exten = "4930123456") => ({
    ...{ type: "StasisStart", timestamp: "2026-03-01T08:01:35.000+0000", args },
    channel: {
      ...{ id: "1.1", name: "PJSIP/ada-00000001", state: "Ring", caller: { number: "442071234567" }, accountcode: "" },
      ...{ dialplan: { context: "from-customers", exten }, creationtime: "2026-03-01T08:01:35.000+0000" },
    },
  });
  const variables = (id: string) =>
    Object.fromEntries([...(rest.channels.get(id)?.values ?? [])].filter(([name]) => name.startsWith("TOLLWRIGHT_")));
  const isBack = (id: string) => () => rest.requests.includes(`POST /ari/channels/${id}/continue`);

  test("are authorised, and go on there with the answer", async () => {
    rest.channel("1.1", "Ring", { "CDR(sequence)": "7", "CHANNEL(linkedid)": "1.1" });
    rest.emit(entered(["from=203.0.113.7", "wanted=60"]));
    await until(isBack("1.1"));
    const answer = { TOLLWRIGHT_MS: "60000", TOLLWRIGHT_RESULT: "granted", TOLLWRIGHT_LEFT: "1 EUR" };
    expect(variables("1.1")).toEqual({ ...answer, TOLLWRIGHT_LEG: "7" });
    expect(await money()).toMatchObject({ ...UNTOUCHED, held: 0.6 });
    for (const event of [varset, up, destroyed]) rest.emit(event);
    await until(isStored);
    expect(await money()).toMatchObject(ANSWERED_42);
  });

  test.each<[string[], string, string[], string]>([
    // args          called            told                                      why
    [[], "33123456", ["refused", "rate-missing-for-call", "3"], "a number without a price"],
    [[], "1@c&PJSIP/900", ["refused", "called-invalid", "28"], "would call two"],
    [["wanted=x"], "4930123456", ["failed", "parameter-invalid", "42"], "no number of seconds"],
  ])("are not with %j and %s: %j (%s)", async (args, exten, [result, reason, cause]) => {
    rest.channel("1.1", "Ring");
    rest.emit(entered(args, exten));
    await until(isBack("1.1"));
    expect(variables("1.1")).toEqual({ TOLLWRIGHT_REASON: reason, TOLLWRIGHT_CAUSE: cause, TOLLWRIGHT_RESULT: result });
    expect(await money()).toMatchObject(UNTOUCHED);
  });

  const recorded = sharedData("../rig/fixtures/ari.jsonl");
  test.skipIf(recorded === null)("as Asterisk 20 told of them are charged for what they lasted", async () => {
    const [id, other] = ["1795253003.2", "1795253003.3"];
    rest.channel(id, "Ring", { "CDR(sequence)": "12" });
    const events = readFileSync(recorded ?? "", "utf8")
      .trimEnd()
      .split("\n");
    const first = events.slice(
      0,
      events.findIndex((text) => text.includes("1795253016.204")),
    );
    rest.emit(first[0] ?? "");
    await until(isBack(id));
    expect(variables(id)).toMatchObject({ TOLLWRIGHT_RESULT: "granted" });
    rest.emit({ ...varset, value: "12", channel: { id } });
    for (const text of first.slice(1)) rest.emit(text);
    // That application was not told of channels that had left it; ours is told of all.
    rest.emit(first.findLast((text) => text.includes("ChannelDestroyed"))?.replaceAll(other, id) ?? "");
    await until(isStored);
    // Answered at 09:23:23.883, gone at 09:23:26.892.
    expect(await operator.figures("select call_key, leg, talked_ms::integer as ms from usage_events")).toEqual({
      ...{ call_key: id, leg: "12", ms: 3_009 },
    });
    expect(await money()).toMatchObject({ wallet: 0.97, held: 0, open: 0, calls: 1, seconds: 3 });
  });
});

test("an Asterisk that does not know us is told of once", async () => {
  const passwordFrom = { file: await writeTemporary("password", "wrong\n") };
  await operator.source(source.name, "asterisk-csv", { ari: { url: rest.url, user: rest.user, passwordFrom } });
  await listener.close();
  listener = await startAri(db, { charging, report });
  await until(() => told.includes("unreachable"));
  const call: CallToCut = { id: "", tenantId: source.tenantId, sourceId: source.id, attempt };
  expect(await listener.cutter?.cut(call)).toMatchObject({ kind: "failed" });
});
