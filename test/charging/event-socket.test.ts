import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Charging } from "../../src/server/charging/charging.ts";
import type { EventSocketNotice } from "../../src/server/event-socket/event-socket-report.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { type RunningEventSockets, startEventSocket } from "../../src/server/switches/start-event-socket.ts";
import { startTollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type CallFields, FreeswitchStandIn } from "../support/freeswitch.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, pay, prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let operator: Operator;
let freeswitch: FreeswitchStandIn;
let source: Source;
let notices: EventSocketNotice[];

beforeAll(async () => {
  db = await testDatabase();
  process.env.TOLLWRIGHT_SECRET_FREESWITCH = "ClueCon";
});
afterAll(async () => {
  await db?.drop();
});

/** Ada at .60 a minute with one unit of money, and a FreeSWITCH whose dialplan asks, and to which we connect. */
beforeEach(async () => {
  notices = [];
  operator = await Operator.create(db);
  await prepaidCustomer(operator, { match: { accountCode: "ada" } });
  freeswitch = await FreeswitchStandIn.start();
  source = await sourceWith({});
  return async () => {
    await operator.source("fs-1", "freeswitch-json"); // its address is the next test's
    await freeswitch.stop();
  };
});

const sourceWith = (own: object) =>
  operator.source("fs-1", "freeswitch-json", {
    directions: ["originating"],
    eventSocket: {
      connect: { host: "127.0.0.1", port: freeswitch.port, passwordFrom: { env: "TOLLWRIGHT_SECRET_FREESWITCH" } },
      ...{ from: ["127.0.0.1"], sliceS: 300, ...own },
    },
  });

/** Tollwright, once it is connected wherever it is to connect. */
async function tollwright({ charging = new Charging(db), isConnected = true } = {}): Promise<RunningEventSockets> {
  const followers = freeswitch.followers + (isConnected ? 1 : 0);
  const running = await startEventSocket(
    db,
    { eventSocketHost: "127.0.0.1", eventSocketPort: 0 },
    {
      charging,
      report: { notice: (notice) => notices.push(notice), unusable: expect.fail, failed: expect.fail },
      clock: freeswitch.clock,
    },
  );
  onTestFinished(() => running.close());
  await expect.poll(() => freeswitch.followers).toBe(followers);
  return running;
}

const beginAda = (fields: CallFields = {}) =>
  freeswitch.begin({ ...fields, variables: { accountcode: "ada", ...fields.variables } });
const books = () => booksOf(operator);
const untilBooks = (expected: Partial<Awaited<ReturnType<typeof books>>>) =>
  expect.poll(books, { timeout: 5_000 }).toMatchObject(expected);
const limits = (uuid: string) => expect.poll(() => freeswitch.limits(uuid), { timeout: 5_000 });

/** A call that was let go on, is answered, and followed by everyone who follows calls. */
async function talking({ port }: RunningEventSockets, fields: CallFields = {}): Promise<string> {
  const uuid = beginAda(fields);
  expect(await freeswitch.ask(uuid, port ?? 0)).toEqual({ kind: "went-on" });
  freeswitch.pass(4); // it rings
  const timers = freeswitch.timers + freeswitch.followers;
  freeswitch.answer(uuid);
  await expect.poll(() => freeswitch.timers, { timeout: 5_000 }).toBe(timers);
  return uuid;
}

/** Ends a Tollwright in mid-call, as a restart does. */
async function ended(running: RunningEventSockets): Promise<void> {
  await running.close();
  await expect.poll(() => freeswitch.followers).toBe(0);
}

describe("a call that FreeSWITCH's dialplan asks about", () => {
  test("is limited from its answer on, followed, and charged as its record says; the record is a duplicate then", async () => {
    const uuid = await talking(await tollwright());
    await limits(uuid).toEqual([100]);
    expect(await books()).toMatchObject({ wallet: 1, held: 1, open: 1 });
    freeswitch.pass(42);
    freeswitch.hangUp(uuid);
    await untilBooks({ wallet: 0.58, overrun: 0, held: 0, open: 0, calls: 1, seconds: 42 });
    const record = await operator.importText(source, "cdr.json", freeswitch.jsonCdr(uuid));
    expect(record).toMatchObject({ counts: { stored: 0, duplicate: 1, corrected: 0 } });
    expect(await books()).toMatchObject({ wallet: 0.58, calls: 1 });
  });

  test("is cut by FreeSWITCH itself when the money ends", async () => {
    const uuid = await talking(await tollwright());
    await limits(uuid).toEqual([100]);
    freeswitch.pass(120);
    expect(freeswitch.isUp(uuid)).toBe(false);
    await untilBooks({ wallet: 0, overrun: 0, held: 0, calls: 1, seconds: 100 });
    expect(await operator.figures("select cause_text from usage_events")).toEqual({ cause_text: "ALLOTTED_TIMEOUT" });
  });

  test("is not charged for its other leg", async () => {
    const running = await tollwright();
    const uuid = await talking(running);
    const other = freeswitch.beginOtherLeg(uuid);
    freeswitch.answer(other);
    freeswitch.pass(30);
    for (const leg of [other, uuid]) freeswitch.hangUp(leg);
    await untilBooks({ wallet: 0.7, held: 0, calls: 1 });
    await running.close();
    expect(await books()).toMatchObject({ wallet: 0.7, calls: 1 });
  });

  test("that nobody answers costs nothing", async () => {
    const { port } = await tollwright();
    const uuid = beginAda();
    await freeswitch.ask(uuid, port ?? 0);
    expect(await books()).toMatchObject({ held: 1, open: 1 });
    freeswitch.hangUp(uuid);
    await untilBooks({ wallet: 1, held: 0, open: 0, calls: 1, seconds: 0 });
  });

  test.each<[string, CallFields, string]>([
    ["of nobody known", { variables: { accountcode: "eve" } }, "403 Forbidden"],
    ["to a number without a price", { called: "33123456789" }, "404 Not Found"],
  ])("%s is refused", async (_what, fields, text) => {
    const { port } = await tollwright();
    const uuid = beginAda(fields);
    expect(await freeswitch.ask(uuid, port ?? 0)).toEqual({ kind: "responded", text });
    await untilBooks({ wallet: 1, held: 0, open: 0, calls: 0 });
  });

  test("without money is refused, and so is one that cannot be decided", async () => {
    const running = await tollwright();
    const first = await talking(running);
    const second = beginAda();
    const refused = { kind: "responded", text: "402 Payment Required" };
    expect(await freeswitch.ask(second, running.port ?? 0)).toEqual(refused);
    await limits(first).toEqual([100]);
    freeswitch.hangUp(first);
    await untilBooks({ held: 0, open: 0 });

    const charging = new Charging(db);
    charging.decide = () => Promise.reject(new Error("the database is away"));
    const { port } = await tollwright({ charging });
    const unavailable = { kind: "responded", text: "503 Charging Unavailable" };
    expect(await freeswitch.ask(beginAda(), port ?? 0)).toEqual(unavailable);
    expect(notices).toContainEqual(expect.objectContaining({ happening: "not-charged", where: "fs-1" }));
  });

  test("from an address that no source names is let go without a word", async () => {
    await sourceWith({ from: ["192.0.2.7"] });
    const { port } = await tollwright();
    const uuid = beginAda();
    const asked = freeswitch.ask(uuid, port ?? 0);
    await expect.poll(() => notices).toContainEqual(expect.objectContaining({ happening: "stranger" }));
    freeswitch.hangUp(uuid);
    await Promise.race([asked, Promise.resolve()]);
    expect(await books()).toMatchObject({ held: 0 });
  });

  test("is bridged over its own connection where the dialplan says whereto, without a connection of ours", async () => {
    await sourceWith({ connect: null });
    const { port } = await tollwright({ isConnected: false });
    const uuid = beginAda({ variables: { tollwright_bridge: "sofia/gateway/carrier/4930123456" } });
    expect(await freeswitch.ask(uuid, port ?? 0)).toEqual({ kind: "bridged", to: "sofia/gateway/carrier/4930123456" });
    freeswitch.answer(uuid);
    await limits(uuid).toEqual([100]);
    freeswitch.pass(30);
    freeswitch.hangUp(uuid);
    await untilBooks({ wallet: 0.7, held: 0, calls: 1 });
  });
});

describe("a call that is granted in slices", () => {
  beforeEach(async () => {
    source = await sourceWith({ sliceS: 30 });
  });

  test("gets the next one before the last ends, until the money ends; money that is paid in meanwhile counts", async () => {
    const uuid = await talking(await tollwright());
    await limits(uuid).toEqual([30]);
    await untilBooks({ held: 0.3 });
    for (const talkS of [60, 90, 100]) {
      freeswitch.pass(talkS === 60 ? 25 : 30);
      await limits(uuid).toEqual([talkS]);
    }
    await untilBooks({ held: 1 });
    await pay(operator, "0.5");
    freeswitch.pass(9); // 94 s of talk
    await limits(uuid).toEqual([130]);
    freeswitch.pass(30);
    await limits(uuid).toEqual([150]);
    freeswitch.pass(60);
    expect(freeswitch.isUp(uuid)).toBe(false);
    await untilBooks({ wallet: 0, overrun: 0, held: 0, calls: 1, seconds: 150 });
  });

  test("keeps what it was granted while the database is away, and gets more when it is back", async () => {
    let isAway = false;
    const charging = new Charging(db);
    const reason = { code: "database-away", what: "The database is away.", fix: "Try again." } as const;
    charging.fallBackOn({
      decide: async (lane, _tenantId, request) => (isAway ? { kind: "refused", reason } : await lane.decide(request)),
      ...{ awaits: () => false, isCatchingUp: false },
    });
    const { port } = await tollwright({ charging });
    const uuid = beginAda();
    await freeswitch.ask(uuid, port ?? 0);
    isAway = true;
    const { timers } = freeswitch;
    freeswitch.answer(uuid);
    await expect.poll(() => freeswitch.timers).toBe(timers + 1);
    freeswitch.pass(21);
    await expect.poll(() => freeswitch.timers).toBe(timers + 1); // it is to be asked again
    isAway = false;
    freeswitch.pass(3);
    await limits(uuid).toEqual([60]);
    freeswitch.hangUp(uuid);
    await untilBooks({ wallet: 0.76, held: 0, calls: 1, seconds: 24 });
  });

  test("is charged once by two processes that follow it", async () => {
    const [first] = [await tollwright(), await tollwright()];
    const uuid = await talking(first);
    await limits(uuid).toEqual([30]);
    freeswitch.pass(25);
    await limits(uuid).toEqual([60]);
    freeswitch.pass(10);
    freeswitch.hangUp(uuid);
    await untilBooks({ wallet: 0.65, overrun: 0, held: 0, open: 0, calls: 1, seconds: 35 });
    await first.close();
    expect(await books()).toMatchObject({ wallet: 0.65, calls: 1 });
  });

  test("is kept alive by heartbeats, and charged from its answer though nobody asked before", async () => {
    await tollwright();
    const uuid = beginAda({ variables: { tollwright: "yes" } });
    freeswitch.answer(uuid);
    await limits(uuid).toEqual([30]);
    freeswitch.pass(15);
    freeswitch.beat(uuid);
    await expect.poll(() => operator.figures("select used_s::integer from sessions")).toEqual({ used_s: 15 });
    freeswitch.hangUp(uuid);
    await untilBooks({ wallet: 0.85, held: 0, calls: 1, seconds: 15 });
  });

  test("of nobody known that was not asked about is ended at its answer", async () => {
    await tollwright();
    const uuid = beginAda({ variables: { accountcode: "eve" } });
    freeswitch.answer(uuid);
    await expect.poll(() => freeswitch.isUp(uuid)).toBe(false);
    expect(freeswitch.commands).toContain(`api uuid_kill ${uuid} CALL_REJECTED`);
  });

  test("is charged by where it was transferred to", async () => {
    await prepaidCustomer(operator, { code: "bea", amount: "0" });
    const running = await tollwright();
    const uuid = await talking(running);
    await limits(uuid).toEqual([30]);
    freeswitch.pass(10);
    freeswitch.transfer(uuid, "4989123456");
    expect(await freeswitch.ask(uuid, running.port ?? 0)).toEqual({ kind: "went-on" });
    await limits(uuid).toEqual([40]);
    freeswitch.transfer(uuid, "33123456789");
    expect(await freeswitch.ask(uuid, running.port ?? 0)).toEqual({ kind: "hung-up" });
    await untilBooks({ wallet: 0.9, held: 0, calls: 1, seconds: 10 });
    expect(await operator.figures("select called from usage_events")).toEqual({ called: "4989123456" });
  });
});

describe("a connection that is lost", () => {
  beforeEach(async () => {
    source = await sourceWith({ sliceS: 30 });
  });

  test("while a call is up: it goes on, and its next slice is asked for over the new one", async () => {
    const uuid = await talking(await tollwright());
    await limits(uuid).toEqual([30]);
    freeswitch.loseConnections();
    const connections = () => notices.filter(({ happening }) => happening === "connected").length;
    await expect.poll(connections, { timeout: 5_000 }).toBe(2);
    freeswitch.pass(25);
    await limits(uuid).toEqual([60]);
    freeswitch.hangUp(uuid);
    await untilBooks({ wallet: 0.75, held: 0, calls: 1, seconds: 25 });
  });

  test("when Tollwright is started again: calls that are up are taken up, also when they were answered meanwhile", async () => {
    const first = await tollwright();
    const [answered, ringing] = [await talking(first), beginAda()];
    await limits(answered).toEqual([30]);
    await freeswitch.ask(ringing, first.port ?? 0);
    await ended(first);
    freeswitch.pass(12);
    freeswitch.answer(ringing);
    freeswitch.pass(8);
    await tollwright();
    await limits(answered).toEqual([50]);
    await limits(ringing).toEqual([38]);
    freeswitch.pass(10);
    for (const uuid of [answered, ringing]) freeswitch.hangUp(uuid);
    await untilBooks({ wallet: 0.52, held: 0, open: 0, calls: 2, seconds: 48 });
  });

  test("while calls end: they end as last known, and their records correct that", async () => {
    const first = await tollwright();
    const [talked, ringing] = [await talking(first), beginAda()];
    await limits(talked).toEqual([30]);
    await freeswitch.ask(ringing, first.port ?? 0);
    freeswitch.pass(21);
    await limits(talked).toEqual([60]);
    await ended(first);
    freeswitch.pass(10);
    for (const uuid of [talked, ringing]) freeswitch.hangUp(uuid);
    await tollwright();
    await untilBooks({ wallet: 0.8, held: 0, open: 0, calls: 1, seconds: 20 });
    const records = [talked, ringing].map((uuid) => freeswitch.jsonCdr(uuid)).join("\n");
    expect(await operator.importText(source, "cdr.json", records)).toMatchObject({
      counts: { stored: 1, duplicate: 1, corrected: 1 },
    });
    expect(await books()).toMatchObject({ wallet: 0.69, held: 0, calls: 2, seconds: 31 });
  });
});

test("an end that FreeSWITCH drops is found within a minute, and the call ends as last known until its record comes", async () => {
  source = await sourceWith({ sliceS: 30 });
  const first = await tollwright();
  freeswitch.pass(20);
  const uuid = await talking(first); // 24 s after it was connected
  freeswitch.pass(25);
  await limits(uuid).toEqual([60]);
  freeswitch.hangUp(uuid, "NORMAL_CLEARING", { isHeard: false });
  freeswitch.pass(15); // the look at its calls is due, and more time for this one not yet
  await untilBooks({ wallet: 0.8, held: 0, open: 0, calls: 1, seconds: 20 });
  await operator.importText(source, "cdr.json", freeswitch.jsonCdr(uuid));
  expect(await books()).toMatchObject({ wallet: 0.75, calls: 1, seconds: 25 });
});

test("fifty calls that ask at once get no more than the money pays", async () => {
  source = await sourceWith({ sliceS: 30 });
  const { port } = await tollwright();
  const calls = Array.from({ length: 50 }, () => beginAda());
  const asked = await Promise.all(calls.map((uuid) => freeswitch.ask(uuid, port ?? 0)));
  const granted = calls.filter((_uuid, index) => asked[index]?.kind === "went-on");
  expect(asked.filter(({ kind }) => kind === "responded")).toHaveLength(46);
  expect(await books()).toMatchObject({ wallet: 1, held: 1, open: 4 });
  for (const uuid of granted) freeswitch.answer(uuid);
  freeswitch.pass(60);
  for (const uuid of granted.filter((one) => freeswitch.isUp(one))) freeswitch.hangUp(uuid);
  await untilBooks({ wallet: 0, overrun: 0, held: 0, open: 0, seconds: 100 });
});

test("a call is ended by its cutter, at a FreeSWITCH that this process is connected to", async () => {
  const running = await tollwright();
  const { cutter } = running;
  await talking(running);
  const row = `select id, tenant_id as "tenantId", source_id as "sourceId", attempt from sessions`;
  const call = () => operator.figures<Parameters<NonNullable<typeof cutter>["cut"]>[0]>(row);
  expect((await call()).attempt.handle).toEqual({ way: "event-socket", names: [] });
  expect(cutter?.reaches(await call())).toBe(true);
  freeswitch.pass(20);
  expect(await cutter?.cut(await call())).toEqual({ kind: "ended" });
  expect(await cutter?.cut(await call())).toEqual({ kind: "no-call" });
  await untilBooks({ wallet: 0.8, held: 0, calls: 1 });
  freeswitch.loseConnections();
  await running.close();
  expect(cutter?.reaches(await call())).toBe(false);
});

test("calls are charged by `tollwright start`, which knows FreeSWITCHes by the sources' settings", async () => {
  const { child, ended: exited } = startTollwright(["start"], {
    ...{ DATABASE_URL: db.url, TOLLWRIGHT_HTTP_PORT: "0", TOLLWRIGHT_LOG_LEVEL: "warn" },
    ...{ TOLLWRIGHT_EVENT_SOCKET_PORT: "0", TOLLWRIGHT_SECRET_FREESWITCH: "ClueCon" },
    TOLLWRIGHT_CHARGING_ANSWER_MS: "10000", // a busy machine may be slow to begin
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  while (!/FreeSWITCH on \S+\n/.test(said)) said += String((await once(child.stderr, "data"))[0]);
  await expect.poll(() => freeswitch.followers, { timeout: 5_000 }).toBe(1);
  const port = Number(/FreeSWITCH on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
  const uuid = beginAda();
  expect(await freeswitch.ask(uuid, port)).toEqual({ kind: "went-on" });
  freeswitch.answer(uuid);
  freeswitch.pass(42);
  freeswitch.hangUp(uuid);
  await untilBooks({ wallet: 0.58, held: 0, calls: 1, seconds: 42 });
  child.kill("SIGTERM");
  expect((await exited).status).toBe(0);
});
