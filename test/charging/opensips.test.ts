import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { now } from "../../src/clock.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import type { CallToCut } from "../../src/server/switches/call-cutter.ts";
import { type RunningOpensips, startOpensips } from "../../src/server/switches/start-opensips.ts";
import { CgratesModule } from "../support/cgrates-module.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let operator: Operator;
let opensips: RunningOpensips;
let module: CgratesModule;
let told: string[];

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

/** Ada at .60 a minute with one unit of money, and an OpenSIPS that asks by its module. */
beforeEach(async () => {
  operator = await Operator.create(db);
  await prepaidCustomer(operator);
  await operator.source(`opensips`, "opensips-acc", { cgrates: { from: ["127.0.0.1"] } });
  told = [];
  const report = {
    odd: (_address: string, what: string) => told.push(what),
    unusable: expect.fail,
    failed: (error: unknown) => told.push(String(error)),
  };
  const options = { charging: new Charging(db), report };
  opensips = await startOpensips(db, { cgratesHost: "127.0.0.1", cgratesPort: 0 }, options);
  module = await CgratesModule.connect(opensips.port ?? 0);
  return async () => {
    module.close();
    await opensips.close();
    await db.session((client) => client.query("update tollwright.sources set settings = settings - 'cgrates'"));
  };
});

const CALL = { OriginID: "c1@ua", Account: "ada", SetupTime: "1772352000", Destination: "4930123456" };
const STARTED = { ...CALL, AnswerTime: "1772352010", DialogID: 11_819, DialogEntry: 3_525 };
const authorise = (call: object = CALL) =>
  module.ask("SessionSv1.AuthorizeEventWithDigest", { GetMaxUsage: true, Tenant: "t", Event: call });
const start = (call: object = STARTED) =>
  module.ask("SessionSv1.InitiateSession", { InitSession: true, Tenant: "t", Event: call });
const stop = (usage: string, call: object = STARTED) =>
  module.ask("SessionSv1.TerminateSession", { TerminateSession: true, Event: { ...call, Usage: usage } });

const granted = (MaxUsage: number) => ({ result: { MaxUsage }, error: null });
const DONE = { result: "OK", error: null };

describe("a call of OpenSIPS's module cgrates, by a stand-in", () => {
  test("is authorised in seconds, held from its answer on, limited in nanoseconds, and charged once", async () => {
    expect(await authorise()).toEqual(granted(100));
    expect(await booksOf(operator)).toMatchObject({ held: 0, open: 0 });
    expect(await start()).toEqual(granted(100_000_000_000));
    expect(await start()).toEqual(granted(100_000_000_000));
    expect(await booksOf(operator)).toMatchObject({ held: 1, open: 1 });
    expect([await stop("42s"), await stop("42s")]).toEqual([DONE, DONE]);
    const record = { ...STARTED, Usage: "42s" };
    expect(await module.ask("SessionSv1.ProcessCDR", { Event: record })).toEqual(DONE);
    expect(await booksOf(operator)).toEqual({ wallet: 0.58, overrun: 0, held: 0, open: 0, calls: 1, seconds: 42 });
  });

  test("in the older generation has plain seconds", async () => {
    expect(await module.ask("SMGenericV1.GetMaxUsage", CALL)).toEqual({ result: 100, error: null });
    expect(await module.ask("SMGenericV1.InitiateSession", STARTED)).toEqual({ result: 100, error: null });
    expect(await module.ask("SMGenericV1.TerminateSession", { ...STARTED, Usage: "6s" })).toEqual(DONE);
    expect(await booksOf(operator)).toMatchObject({ wallet: 0.94, held: 0, calls: 1 });
  });

  test("without money, or of nobody known, is refused; one that is answered all the same, too", async () => {
    await start({ ...STARTED, OriginID: "c0@ua" }); // holds all
    expect(await authorise()).toEqual(granted(0));
    expect(await start()).toEqual(granted(0));
    expect(await authorise({ ...CALL, Account: "eve" })).toEqual(granted(0));
    expect(await booksOf(operator)).toMatchObject({ held: 1, open: 1, calls: 0 });
  });

  test("that is not answered leaves its record where the script has it sent", async () => {
    const SetupTime = String(Math.floor(now().epochMilliseconds / 1_000) - 5);
    const record = { ...CALL, SetupTime, Usage: "0s", DisconnectCause: "486 Busy Here" };
    expect(await module.ask("SessionSv1.ProcessCDR", { Event: record })).toEqual(DONE);
    expect(await booksOf(operator)).toMatchObject({ wallet: 1, held: 0, calls: 1, seconds: 0 });
  });

  test("is ended over the module's connection", async () => {
    await start();
    const call = await operator.figures<CallToCut>(
      `select id, tenant_id as "tenantId", source_id as "sourceId", attempt from sessions`,
    );
    expect(opensips.cutter?.reaches(call)).toBe(true);
    expect(await opensips.cutter?.cut(call)).toEqual({ kind: "ended" });
    expect(module.disconnected).toEqual(["c1@ua"]);
    module.close();
    while (opensips.cutter?.reaches(call)) await new Promise(setImmediate);
  });

  test("that cannot be read is answered with an error, and the connection goes on", async () => {
    expect(await module.ask("SessionSv1.InitiateSession", { Event: {} })).toEqual({
      result: null,
      error: "REQUEST_INCOMPLETE",
    });
    expect(await module.ask("ChargerSv1.Ping", {})).toEqual({ result: null, error: "METHOD_UNKNOWN" });
    expect(await authorise({ ...CALL, Destination: "" })).toEqual({ result: null, error: "DESTINATION_MISSING" });
    expect(await authorise()).toEqual(granted(100));
    expect(told).toHaveLength(1); // of a kind, at a bounded rate
  });
});

test("who is no source's is let go, and so is who sends what is no JSON", async () => {
  const garbage = connect(opensips.port ?? 0, "127.0.0.1");
  garbage.write("GET / HTTP/1.1\r\n\r\n");
  await once(garbage, "close");
  await db.session((client) => client.query("update tollwright.sources set settings = settings - 'cgrates'"));
  await opensips.close();
  const options = { charging: new Charging(db), report: { odd: () => {}, unusable: expect.fail, failed: expect.fail } };
  opensips = await startOpensips(db, { cgratesHost: "127.0.0.1", cgratesPort: 0 }, options);
  const stranger = connect(opensips.port ?? 0, "127.0.0.1");
  onTestFinished(() => void stranger.destroy());
  await once(stranger, "close");
});
