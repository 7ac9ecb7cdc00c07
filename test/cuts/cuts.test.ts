import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { epochMs, fromInstant } from "../../src/core/time/epoch.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import type { CallAttempt } from "../../src/server/charging/charging-request.ts";
import { giveUpSessions } from "../../src/server/charging/give-up-sessions.ts";
import { askForCuts } from "../../src/server/cuts/ask-for-cuts.ts";
import { CutDesk } from "../../src/server/cuts/cut-desk.ts";
import { requestCuts } from "../../src/server/cuts/request-cuts.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { booksOf, pay, prepaidCustomer } from "../support/prepaid-customer.ts";
import { SwitchUnderTest } from "./switch-under-test.ts";

let db: TestDatabase;
let operator: Operator;
let source: Source;
let charging: Charging;
let sbc: SwitchUnderTest;
let desk: CutDesk;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

/** Ada at .60 a minute with three units of money, and a switch that ends calls when it is told to. */
beforeEach(async () => {
  await db.session((client) => client.query("truncate tollwright.sessions, tollwright.session_cuts"));
  operator = await Operator.create(db);
  await prepaidCustomer(operator, { amount: "3" });
  source = await operator.source("switch", "freeswitch-csv");
  charging = new Charging(db);
  sbc = new SwitchUnderTest();
  desk = new CutDesk(db, [sbc], () => undefined);
});

const ANSWERED_MS = 60_000;

/** A call that began a minute ago and may talk for so long; each of them opened after the one before. */
async function call(key: string, wantedS: number, fields: Partial<CallAttempt> = {}): Promise<string> {
  const answeredAt = epochMs(fromInstant(now()) - ANSWERED_MS);
  const of = { sourceId: source.id, key, leg: "" };
  const attempt: CallAttempt = {
    ...{ key, leg: "", callId: null, direction: "originating", calling: "442071234567", called: "4930123456" },
    ...{ startedAt: answeredAt, accountCode: "ada", sipUser: null, sourceAddress: null },
    ...{ ingressTrunk: "south", egressTrunk: null, ...fields },
  };
  const opened = await charging.decide(operator.tenantId, {
    ...{ kind: "authorise", sourceId: source.id, requestKey: "authorise", attempt, wantedS },
  });
  expect(opened.kind).toBe("granted");
  const report = { kind: "update", ...of, requestKey: "answer", answeredAt, talkedMs: 0, recordKey: null } as const;
  await charging.decide(operator.tenantId, { ...report, counted: "whole-call", wantedS: "granted" });
  const { id } = await operator.figures<{ id: string }>(`select id from sessions where attempt ->> 'key' = '${key}'`);
  return id;
}

const more = (key: string, talkedMs: number) =>
  charging.decide(operator.tenantId, {
    ...{
      kind: "update",
      sourceId: source.id,
      key,
      leg: "",
      requestKey: `more ${talkedMs}`,
      answeredAt: null,
      talkedMs,
    },
    ...{ counted: "whole-call", wantedS: 60, recordKey: null },
  });

const hangUp = (...sessionIds: string[]) =>
  requestCuts(
    db,
    { tenantId: operator.tenantId, reason: "operator", askedBy: "cli:maria" },
    sessionIds.map((sessionId) => ({ sessionId, why: "fraud" })),
  );

const sql = (text: string) => db.session(async (client) => (await client.query(text)).rows);

/** Everything that waits is due now. */
const hurry = () => sql("update tollwright.session_cuts set next_try_at = clock_timestamp() where done_at is null");
const look = async (givesUpOverdue = true) => {
  await desk.look({ givesUpOverdue });
  await desk.settled();
};
const cuts = () =>
  sql(
    `select call_key as key, reason, asked_by, tries, way, what, outcome from tollwright.session_cuts
     order by asked_at, id`,
  );
const REPORT_S = 120;
const ask = (seesBeyond = true) => askForCuts(db, { reportS: REPORT_S, seesBeyond });

describe("a call that an operator hangs up", () => {
  test("is ended by its switch once, by one of the processes, and that is kept", async () => {
    const id = await call("a", 60);
    expect(await hangUp(id)).toEqual([id]);
    expect(await hangUp(id)).toEqual([]); // it waits already
    const others = new CutDesk(db, [sbc], () => undefined);
    await Promise.all([look(), others.look({ givesUpOverdue: true })]);
    await others.settled();
    expect(sbc.told).toEqual(["a"]);
    const done = { tries: 1, way: "radius", what: "", outcome: "ended" };
    expect(await cuts()).toEqual([{ key: "a", reason: "operator", asked_by: "cli:maria", ...done }]);
  });

  test("is granted nothing beyond what it has used, and holds no more than that", async () => {
    const id = await call("a", 60);
    expect(await more("a", 20_000)).toMatchObject({ kind: "granted", talkS: 80, isLast: false });
    await hangUp(id);
    expect(await more("a", 30_000)).toMatchObject({ kind: "granted", talkS: 30, isLast: true });
    expect((await booksOf(operator)).held).toBe(0.3);
  });

  test("and whose stop never comes lasted until then; a stop that is late corrects it", async () => {
    await hangUp(await call("a", 600));
    await look();
    await sql("update tollwright.sessions set expires_at = clock_timestamp()");
    expect(await giveUpSessions(db, charging)).toMatchObject({ ended: 1 });
    const { seconds, wallet, ...books } = await booksOf(operator);
    expect(books).toEqual({ overrun: 0, held: 0, open: 0, calls: 1 });
    expect(seconds).toBeGreaterThanOrEqual(ANSWERED_MS / 1_000);
    expect(wallet).toBeCloseTo(3 - seconds / 100, 9);
    const at = fromInstant(now());
    const answer = await charging.decide(operator.tenantId, {
      ...{ kind: "stop", sourceId: source.id, key: "a", leg: "", requestKey: "stop", endedAt: at, talkedMs: 50_000 },
      ...{ answeredAt: epochMs(at - 50_000), counted: "whole-call", reportedS: 50, recordKey: null, isGivenUp: false },
      ...{ cause: { q850: 16, sip: null, text: null }, attempt: null },
    });
    expect(answer).toEqual({ kind: "closed", fate: "corrected" });
    expect(await booksOf(operator)).toMatchObject({ wallet: 2.5, seconds: 50, held: 0 });
    expect((await cuts()).map(({ outcome }) => outcome)).toEqual(["ended"]); // and not again because it was given up
  });

  test("that has ended meanwhile is not told of", async () => {
    const id = await call("a", 60);
    await hangUp(id);
    await sql("update tollwright.sessions set state = 'closed', levels = '[]'");
    await look();
    expect(sbc.told).toEqual([]);
    expect(await cuts()).toMatchObject([{ outcome: "no-call", tries: 1, way: null }]);
  });
});

describe("a switch that does not end its call", () => {
  test("is asked by another process, when the one that was to do it has died", async () => {
    await hangUp(await call("a", 60));
    const died = new SwitchUnderTest();
    died.cut = () => new Promise(() => undefined);
    await new CutDesk(db, [died], () => undefined).look({ givesUpOverdue: true });
    await look();
    expect(sbc.told).toEqual([]); // it may still be at it
    await hurry();
    await look();
    expect(sbc.told).toEqual(["a"]);
    expect(await cuts()).toMatchObject([{ outcome: "ended", tries: 2 }]);
  });

  test("is asked four times, a while apart, and then no more", async () => {
    await hangUp(await call("a", 60));
    sbc.outcome = { kind: "failed", why: "It did not answer." };
    for (let looks = 1; looks <= 6; looks += 1) {
      await look();
      await look(); // the next try is not due yet
      await hurry();
    }
    expect(sbc.told).toHaveLength(4);
    expect(await cuts()).toMatchObject([{ tries: 4, what: "It did not answer.", outcome: "failed" }]);
  });

  test("is waited for while no process has a connection to it, but not for ever", async () => {
    await hangUp(await call("a", 60));
    sbc.isConnected = false;
    await look();
    expect(await cuts()).toMatchObject([{ tries: 0, outcome: null }]);
    await sql("update tollwright.session_cuts set next_try_at = clock_timestamp() - interval '61 seconds'");
    await look(false); // a process that has only begun
    expect(await cuts()).toMatchObject([{ tries: 0, outcome: null }]);
    await look();
    expect(await cuts()).toMatchObject([{ outcome: "failed", what: "No process has a way to its switch." }]);
  });

  test.each<[object, Partial<CallAttempt>, string | null, string]>([
    // settings, call, way, why
    [{ way: "none" }, {}, null, "the source's calls are not ended"],
    [{ trunks: { south: "none" } }, {}, null, "the trunk's calls are not"],
    [{ way: "none", trunks: { south: "radius" } }, {}, "radius", "the trunk goes before the source"],
    [{ trunks: { north: "none" } }, {}, "radius", "another trunk's calls are not"],
    [{}, { handle: { way: "radius", names: [] } }, "radius", "as the call came"],
  ])("with the settings %j is told by its way (%j: %s, %s)", async (cut, fields, way) => {
    source = await operator.source("switch", "freeswitch-csv", { cut });
    await hangUp(await call("a", 60, fields));
    await look();
    expect(await cuts()).toMatchObject([{ way, outcome: way === null ? "failed" : "ended" }]);
  });
});

describe("calls that are ended by themselves", () => {
  test("are the latest ones, when there is less money than all of them hold", async () => {
    await prepaidCustomer(operator, { code: "bea", amount: "1.5" });
    await sql("update tollwright.accounts set credit_limit = 1.5 where code = 'bea'");
    for (const key of ["first", "second", "third"]) await call(key, 100, { accountCode: "bea" });
    expect(await ask()).toEqual({ beyondGrant: 0, unpaid: 0 });
    await sql("update tollwright.accounts set credit_limit = 0 where code = 'bea'");
    expect(await ask()).toEqual({ beyondGrant: 0, unpaid: 2 });
    expect(await ask()).toEqual({ beyondGrant: 0, unpaid: 0 });
    await look();
    expect(sbc.told.sort()).toEqual(["second", "third"]);
    expect(await ask()).toEqual({ beyondGrant: 0, unpaid: 0 });
  });

  test("are those of everybody below a reseller whose money has ended", async () => {
    const reseller = await operator.account("tel", { kind: "reseller", payment: "prepaid" });
    const cleo = await operator.account("cleo", {
      ...{ payment: "prepaid", parentId: reseller.id, bookId: reseller.bookId },
    });
    await operator.tariff("wholesale", [anyRate("49", "0.30")], [reseller]);
    await operator.tariff("retail of tel", [anyRate("49", "0.60")], [cleo]);
    await operator.rule(cleo, { match: { accountCode: "cleo" } });
    await pay(operator, "10", { code: "cleo" });
    await sql("update tollwright.accounts set credit_limit = 1 where code = 'tel'");
    await call("first", 100, { accountCode: "cleo" });
    await call("second", 100, { accountCode: "cleo" });
    await sql("update tollwright.accounts set credit_limit = 0.5 where code = 'tel'");
    expect(await ask()).toEqual({ beyondGrant: 0, unpaid: 1 });
    expect(await cuts()).toMatchObject([{ key: "second", reason: "money-ended" }]);
  });

  test("are those that talk on beyond their grant", async () => {
    await call("within", 100);
    await call("beyond", 100);
    await sql(`update tollwright.sessions set expires_at = clock_timestamp() + interval '109 seconds'
      where attempt ->> 'key' = 'beyond'`);
    expect(await ask(false)).toEqual({ beyondGrant: 0, unpaid: 0 }); // after an outage its report may be on its way
    expect(await ask()).toEqual({ beyondGrant: 1, unpaid: 0 });
    await look();
    expect(sbc.told).toEqual(["beyond"]);
    expect(await cuts()).toMatchObject([{ reason: "grant-exceeded", asked_by: "charging" }]);
  });

  test("are not emergency calls", async () => {
    await call("112", 100, { called: "112" });
    await sql("update tollwright.sessions set expires_at = clock_timestamp()");
    expect(await ask()).toEqual({ beyondGrant: 0, unpaid: 0 });
  });

  test("are those that were given up: they may still be up", async () => {
    await call("silent", 100);
    await sql("update tollwright.sessions set expires_at = clock_timestamp()");
    expect(await giveUpSessions(db, charging)).toMatchObject({ ended: 1 });
    await look();
    expect(sbc.told).toEqual(["silent"]);
    expect(await cuts()).toMatchObject([{ reason: "given-up", outcome: "ended" }]);
  });
});

test("what was asked and what is done stays as it is", async () => {
  await hangUp(await call("a", 60));
  const change = (text: string) => db.transaction("ingest", {}, (tx) => tx.query(text));
  await expect(change("update session_cuts set asked_by = 'nobody'")).rejects.toMatchObject({ code: "42501" });
  await expect(change("delete from session_cuts")).rejects.toMatchObject({ code: "42501" });
  await look();
  expect(await change("update session_cuts set outcome = 'failed'")).toMatchObject({ rowCount: 0 });
});
