import { appendFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import type { AwayPolicy } from "../../src/core/tenancy/away-policy.ts";
import { epochMs, fromInstant } from "../../src/core/time/epoch.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import type { Authorise, ChargingRequest, Stop, Update } from "../../src/server/charging/charging-request.ts";
import { giveUpSessions } from "../../src/server/charging/give-up-sessions.ts";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { OutageDesk } from "../../src/server/outage/outage-desk.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { DatabaseOutage, hangSessions } from "../support/database-outage.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";

const GRANT: AwayPolicy = { kind: "grant", seconds: 60, riskAmount: "1" };

let db: TestDatabase;
let outage: DatabaseOutage;
let operator: Operator;
let source: Source;
let folder: string;
/** What charging has told of outages. */
let told: string[];
/** A process that charges: it has connections of its own. */
let charging: Charging;
let desk: OutageDesk;
let own: Database;

beforeAll(async () => {
  db = await testDatabase();
  outage = new DatabaseOutage(db);
});
afterAll(async () => await db?.drop());

/** A customer with 10 at 1 a minute, in steps of a second. */
beforeEach(async () => {
  operator = await Operator.create(db);
  await prepaidCustomer(operator, { amount: "10", rates: [anyRate("49", "1")] });
  source = await operator.source("switch", "freeswitch-csv", { whenDatabaseAway: GRANT });
  folder = await mkdtemp(join(tmpdir(), "tollwright-outage-"));
  told = [];
  await begin();
});
afterEach(async () => {
  await outage.end();
  await end();
  await rm(folder, { recursive: true });
});

async function begin({ journalBytesMax = 1 << 30, processes = 1 } = {}): Promise<void> {
  own = await openDatabase({ url: db.url });
  charging = new Charging(own);
  desk = await OutageDesk.open(own, charging, {
    ...{ folder, answerMs: 2_000, journalBytesMax, processes },
    report: {
      away: () => told.push("away"),
      back: ({ granted, refused }) => told.push(`back: ${granted} granted, ${refused} refused`),
      replayed: (_tenantId, entries, dead) => told.push(`replayed ${entries}, ${dead} dead`),
      damaged: (_tenantId, lines) => told.push(`damaged ${lines}`),
      failed: () => undefined,
    },
  });
}

async function end(): Promise<void> {
  await desk.close();
  await charging.settled();
  await own.close();
}

const decide = (request: ChargingRequest) => charging.decide(operator.tenantId, request);

const AT = fromInstant(now()) - 3_600_000;

const authorise = (key: string, rest: Partial<Authorise> & { readonly called?: string } = {}): Authorise => {
  const { called = "4930123456", ...others } = rest;
  return {
    ...{ kind: "authorise", sourceId: source.id, requestKey: "authorise", wantedS: 120 },
    attempt: {
      ...{ key, leg: "", callId: null, direction: "originating", calling: "442071234567", called },
      ...{ startedAt: epochMs(AT), accountCode: "ada", sipUser: null, sourceAddress: null },
      ...{ ingressTrunk: null, egressTrunk: null },
    },
    ...others,
  };
};
const of = (key: string) => ({ sourceId: source.id, key, leg: "", recordKey: null }) as const;
const update = (key: string, talkedS: number, wantedS: Update["wantedS"] = 60, rest: Partial<Update> = {}): Update => ({
  ...{ kind: "update", ...of(key), requestKey: `update ${talkedS}`, answeredAt: epochMs(AT) },
  ...{ talkedMs: talkedS * 1_000, counted: "whole-call", wantedS, ...rest },
});
const stop = (key: string, talkedS: number, rest: Partial<Stop> = {}): Stop => ({
  ...{ kind: "stop", ...of(key), requestKey: "stop", answeredAt: epochMs(AT), endedAt: epochMs(AT + talkedS * 1_000) },
  ...{ talkedMs: talkedS * 1_000, counted: "whole-call", reportedS: null, isGivenUp: false, attempt: null },
  ...{ cause: { q850: 16, sip: null, text: null }, ...rest },
});

/** Waits until the journal is replayed: as many entries as were taken. */
async function replayed(entries: number): Promise<void> {
  const count = () => told.reduce((sum, line) => sum + Number(/^replayed (\d+)/.exec(line)?.[1] ?? 0), 0);
  while (count() < entries) await sleep(10);
}

const AWAY = { kind: "refused", reason: { code: "database-away" } };
const KEPT = { kind: "closed", fate: "journalled" };
const granted = (talkS: number) => expect.objectContaining({ kind: "granted", talkS, isLast: false });

async function booksAreRight(): Promise<void> {
  const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
}

test("calls of before and of during an outage are charged once, as their switches told of them", async () => {
  expect(await decide(authorise("before"))).toMatchObject({ talkS: 120, isLast: false });
  await outage.begin();
  expect(await decide(update("before", 100))).toEqual(granted(160));
  expect(await decide(authorise("during"))).toEqual(granted(20)); // 0.67 of 1 is risked with the first
  expect(await decide(authorise("during"))).toEqual(granted(20));
  expect(await decide(authorise("none left"))).toMatchObject(AWAY);
  expect(await decide(update("during", 15, "granted"))).toEqual(granted(20));
  expect(await decide(stop("before", 150))).toEqual(KEPT);
  expect(await decide(stop("before", 150))).toEqual(KEPT);
  expect(await decide(stop("during", 18))).toEqual(KEPT);
  await outage.end();
  await replayed(5);
  expect(await booksOf(operator)).toMatchObject({ wallet: 7.2, overrun: 0, held: 0, open: 0, calls: 2, seconds: 168 });
  expect(await decide(stop("before", 150))).toEqual(KEPT);
  expect(await decide(stop("during", 18))).toEqual(KEPT);
  expect(await decide(authorise("during"))).toEqual(granted(20));
  expect(await booksOf(operator)).toMatchObject({ wallet: 7.2, held: 0, calls: 2 });
  await booksAreRight();
});

test("a key that is used again while the end of its call waits in the journal is granted nothing", async () => {
  await decide(authorise("before", { wantedS: 1 }));
  await outage.begin();
  const asked = authorise("a", { isUnnamed: true });
  expect(await decide(asked)).toMatchObject({ kind: "granted" });
  expect(await decide(asked)).toMatchObject({ kind: "granted" });
  expect(await decide(stop("a", 10))).toEqual(KEPT);
  expect(await decide(asked)).toMatchObject({ kind: "refused", reason: { code: "session-ended" } });
});

test("a key that was used before the outage is granted nothing by who knows it; by who does not, its call is kept apart", async () => {
  await decide(authorise("a", { isUnnamed: true, wantedS: 20 }));
  expect(await decide(stop("a", 10))).toEqual({ kind: "closed", fate: "stored" });
  await outage.begin();
  expect(await decide(authorise("a", { isUnnamed: true }))).toMatchObject({ reason: { code: "session-ended" } });
  await outage.end();
  await end();
  await begin();
  await decide(authorise("warm", { wantedS: 1 }));
  await outage.begin();
  expect(await decide(authorise("a", { isUnnamed: true }))).toMatchObject({ kind: "granted" });
  expect(await decide(stop("a", 40, { answeredAt: epochMs(AT + 60_000), endedAt: epochMs(AT + 100_000) }))).toEqual(
    KEPT,
  );
  await outage.end();
  await replayed(2);
  expect(await booksOf(operator)).toMatchObject({ calls: 1, seconds: 10, open: 1 });
  expect(await operator.figures("select code, raw::json ->> 'talkedMs' as talked from quarantine")).toEqual({
    ...{ code: "key-reused", talked: "40000" },
  });
  await booksAreRight();
});

test("of several processes each risks its part of the amount", async () => {
  await end();
  await begin({ processes: 4 });
  await decide(authorise("warm", { wantedS: 1 }));
  await outage.begin();
  expect(await decide(authorise("a"))).toEqual(granted(15)); // a quarter of a minute's price
  expect(await decide(authorise("b"))).toMatchObject(AWAY);
});

test("a trunk's own policy goes before its source's; an emergency call passes, whatever either says", async () => {
  const ada = await operator.account("callshop", { payment: "prepaid" });
  await operator.trunk("careful", ada, "ingress");
  const refuse = 'update trunks set when_database_away = \'{"kind": "refuse"}\' where tenant_id = $1';
  await db.transaction("owner", {}, (tx) => tx.query(refuse, [operator.tenantId]));
  const through = (key: string, called: string): Authorise => {
    const { attempt, ...asked } = authorise(key, { called });
    return { ...asked, attempt: { ...attempt, ingressTrunk: "careful" } };
  };
  await decide(authorise("warm"));
  await outage.begin();
  expect(await decide(through("a", "4930123456"))).toMatchObject(AWAY);
  expect(await decide(through("b", "112"))).toMatchObject({ kind: "granted" });
  expect(await decide(authorise("c"))).toEqual(granted(60));
  expect(await decide(stop("b", 5))).toEqual(KEPT);
  await outage.end();
  await replayed(3);
  expect(await booksOf(operator)).toMatchObject({ calls: 1, open: 2, overrun: 0 });
  await booksAreRight();
});

test("what cannot be decided in its time is said at once, before a queue grows", async () => {
  const lane = charging.laneOf(operator.tenantId);
  await decide(authorise("warm"));
  const releaseSlow = await hangSessions(db);
  const slow = lane.ask(authorise("slow"), null);
  const late = await lane.ask(authorise("late"), 600);
  await releaseSlow();
  expect([late, await slow]).toMatchObject([{ kind: "away", mayCommit: true }, { kind: "answered" }]);
  await charging.settled();
  const release = await hangSessions(db); // the batches before took half a second
  const first = lane.ask(authorise("a"), null);
  await setImmediate(); // it is in the one batch, and the next in the other
  const second = await lane.ask(authorise("b"), 50);
  const third = await lane.ask(authorise("c"), 100);
  await release();
  expect([second, third]).toMatchObject([{ kind: "away" }, { kind: "busy" }]);
  expect(await first).toMatchObject({ kind: "answered" });
  await charging.settled();
  const isDecided = second.kind === "away" && second.mayCommit; // a busy machine may not have come to it by then
  expect(await booksOf(operator)).toMatchObject({ open: isDecided ? 5 : 4 });
});

test("an authorisation that the database decides after its switch was refused is taken back", async () => {
  const careful = await operator.source("careful", "freeswitch-csv", { whenDatabaseAway: { kind: "refuse" } });
  expect(await decide(authorise("warm", { sourceId: careful.id }))).toMatchObject({ kind: "granted" });
  const release = await hangSessions(db);
  const late = authorise("late", { sourceId: careful.id });
  expect(await decide(late)).toMatchObject(AWAY);
  await release();
  await replayed(1);
  expect(await decide(late)).toMatchObject(AWAY);
  expect(await booksOf(operator)).toMatchObject({ held: 2, open: 1 }); // the one before
  expect(await decide({ ...late, requestKey: "again" })).toMatchObject({ kind: "granted" });
  expect(await decide(stop("late", 30, { sourceId: careful.id }))).toEqual({ kind: "closed", fate: "stored" });
  expect(await decide(stop("warm", 0, { sourceId: careful.id, answeredAt: null }))).toMatchObject({ kind: "closed" });
  expect(await booksOf(operator)).toMatchObject({ wallet: 9.5, held: 0, open: 0 });
  await booksAreRight();
});

test("an authorisation that was granted blindly, and decided late as well, is held for once, as it was told", async () => {
  await decide(authorise("warm"));
  const release = await hangSessions(db);
  expect(await decide(authorise("a"))).toEqual(granted(60));
  await release();
  await replayed(1);
  expect(await booksOf(operator)).toMatchObject({ held: 3, open: 2 }); // two minutes of the first, one of this
  expect(await decide(authorise("a"))).toEqual(granted(60));
  expect(await decide(stop("a", 30))).toEqual({ kind: "closed", fate: "stored" });
  await booksAreRight();
});

test("slices that are counted one by one count once, though they were decided late and told of again", async () => {
  const slice = (n: number, wantedS: Update["wantedS"]) =>
    update("a", 20, wantedS, { requestKey: `slice ${n}`, counted: "since-last-report" });
  await decide(authorise("a", { wantedS: 30 }));
  const release = await hangSessions(db);
  expect(await decide(slice(1, 30))).toEqual(granted(50));
  await release();
  await replayed(1);
  await outage.begin();
  for (const n of [2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(await decide(slice(n, "granted"))).toMatchObject({ usedS: n * 20 });
  await outage.end();
  await replayed(11);
  await decide(stop("a", 0, { counted: "since-last-report" }));
  expect(await booksOf(operator)).toMatchObject({ calls: 1, seconds: 220, held: 0, open: 0 });
  await booksAreRight();
});

test("a process that ends leaves its journal to the next, the risk of it included; a damaged line is passed over", async () => {
  await decide(authorise("warm"));
  await outage.begin();
  expect(await decide(authorise("a"))).toEqual(granted(60));
  expect(await decide(stop("a", 50))).toEqual(KEPT);
  await end();
  const [journal = ""] = await readdir(join(folder, operator.tenantId));
  await appendFile(join(folder, operator.tenantId, journal), 'deadbeef {"a":1}\ndeadbeef {"at":17');
  await outage.end();
  const release = await hangSessions(db);
  await begin();
  expect(await decide(authorise("a"))).toEqual(granted(60));
  expect(await decide(stop("a", 50))).toEqual(KEPT);
  await release();
  await replayed(2);
  expect(told).toContain("damaged 1");
  expect(await booksOf(operator)).toMatchObject({ calls: 1, seconds: 50, open: 1 });
  expect(await decide(stop("a", 50))).toEqual(KEPT);
  await booksAreRight();
});

test("what cannot be decided when its turn comes is put aside, and those behind it go on", async () => {
  await decide(authorise("warm"));
  await outage.begin();
  const nowhere = { sourceId: "0198c000-0000-7000-8000-000000000000" };
  await decide(stop("of no source", 10, nowhere));
  await decide(stop("of no call", 10));
  await decide(stop("refused elsewhere", 0, { answeredAt: null }));
  expect(await decide(authorise("a"))).toEqual(granted(60));
  await decide(stop("a", 50));
  await outage.end();
  await replayed(5);
  expect(await booksOf(operator)).toMatchObject({ calls: 1, seconds: 50 });
  const { outstanding, checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(outstanding.deadLetters).toBe(2);
});

test("a process that ends while it looks at its journal does so at once", async () => {
  await decide(authorise("warm"));
  await end();
  await begin(); // from now on it looks whether there is anything to replay
  await desk.close();
});

test("a journal that is full takes no more: the switch keeps its report, and sends it again", async () => {
  await decide(authorise("warm"));
  await end();
  await begin({ journalBytesMax: 600 });
  await decide(update("warm", 1));
  await outage.begin();
  expect(await decide(stop("warm", 10))).toEqual(KEPT);
  await expect(decide(stop("b", 10, { attempt: authorise("b").attempt }))).rejects.toMatchObject({
    code: "charging-not-kept",
  });
  await outage.end();
  await replayed(1);
  expect(await decide(stop("b", 10, { attempt: authorise("b").attempt }))).toMatchObject({ kind: "closed" });
});

test("a call that reported while the database was away is not given up when it is back", async () => {
  await decide(authorise("a", { wantedS: 60 }));
  const silent = "update sessions set expires_at = now() - interval '1 s' where tenant_id = $1";
  await db.transaction("ingest", {}, (tx) => tx.query(silent, [operator.tenantId]));
  await outage.begin();
  await decide(update("a", 30));
  await outage.end();
  expect(charging.isCatchingUp).toBe(true);
  expect(await giveUpSessions(db, charging)).toMatchObject({ ended: 0 }); // be it replayed already or not
  await replayed(1);
  expect(await booksOf(operator)).toMatchObject({ open: 1 });
});
