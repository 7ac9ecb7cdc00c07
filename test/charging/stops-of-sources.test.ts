import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { epochMs, fromInstant } from "../../src/core/time/epoch.ts";
import { ChargingLane } from "../../src/server/charging/charging-lane.ts";
import type { Stop } from "../../src/server/charging/charging-request.ts";
import { DEFAULT_POLICY } from "../../src/server/charging/charging-work.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { booksOf, pay, prepaidCustomer } from "../support/prepaid-customer.ts";
import { authorisation, ending } from "../support/session-requests.ts";

const SOURCES = 5;
const CALLS = 12;

let db: TestDatabase;
let operator: Operator;
let lane: ChargingLane;
let sources: readonly Source[];

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

/** Ada and Ben at .60 a minute, second by second, whose calls come by five switches. */
beforeEach(async () => {
  operator = await Operator.create(db);
  const rates = [anyRate("49", "0.60", { increments: { firstS: 1, nextS: 1 } })];
  await prepaidCustomer(operator, { amount: "1", rates });
  await prepaidCustomer(operator, { code: "ben", amount: "1", rates });
  sources = await Promise.all(
    Array.from({ length: SOURCES }, (_, index) => operator.source(`switch-${index}`, "freeswitch-csv")),
  );
  lane = new ChargingLane(db, operator.tenantId, DEFAULT_POLICY);
});

/** The end of a call of 10 seconds, whose start never came. */
function stop(place: number, call: number, { called = "4930123456", accountCode = "ada" } = {}): Stop {
  const endedAt = fromInstant(now());
  const startedAt = epochMs(endedAt - 10_000);
  const name = { key: `call ${call}`, leg: "" };
  const { id: sourceId } = sources[place] as Source;
  return {
    ...{ kind: "stop", sourceId, requestKey: "stop", ...name, answeredAt: startedAt, endedAt, talkedMs: 10_000 },
    ...{ counted: "whole-call", reportedS: 10, cause: { q850: 16, sip: null, text: null }, recordKey: null },
    isGivenUp: false,
    attempt: {
      ...{ ...name, callId: null, direction: "originating", calling: "442071234567", called, startedAt, accountCode },
      ...{ sipUser: null, sourceAddress: null, ingressTrunk: "in", egressTrunk: null },
    },
  };
}

/** Decided in one transaction. */
async function decide(stops: readonly Stop[]): Promise<readonly unknown[]> {
  const answers = await lane.decideWith(stops, async () => undefined);
  return answers.map((answer) => (answer.kind === "closed" ? answer.fate : answer));
}

const counts = () =>
  operator.figures<Record<string, number>>(
    `select (select count(*)::integer from source_files where rows = 0 + stored + duplicate + quarantined
         and rows_done = rows) as files,
       (select sum(stored)::integer from source_files) as stored,
       (select sum(quarantined)::integer from source_files) as quarantined,
       (select sum(known)::integer from row_hours) as known,
       (select count(*)::integer from batches) as batches,
       (select count(*)::integer from journals where kind = 'usage') as journals,
       (select count(distinct (source_id, line))::integer from usage_events) as lines,
       (select count(*)::integer from quarantine where state = 'waiting') as waiting`,
  );

test("stops of several switches and accounts in one transaction are stored, counted and posted, each once", async () => {
  const all = Array.from({ length: SOURCES * CALLS }, (_, i) =>
    stop(i % SOURCES, i, { accountCode: i % 3 === 0 ? "ben" : "ada" }),
  );
  expect(new Set(await decide(all))).toEqual(new Set(["stored"]));
  const calls = SOURCES * CALLS;
  // 40 calls of Ada's cost 4, and 20 of Ben's 2: each had 1.
  expect(await booksOf(operator)).toEqual({ wallet: 0, overrun: 4, held: 0, open: 0, calls, seconds: calls * 10 });
  expect(await counts()).toEqual({
    ...{ files: SOURCES, stored: calls, quarantined: 0, known: calls, batches: SOURCES },
    ...{ journals: SOURCES * 2, lines: calls, waiting: 0 },
  });
  const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});

test("what has no price waits in quarantine, and the others are stored beside it", async () => {
  const all = [stop(0, 1), stop(0, 2, { called: "33123456789" }), stop(1, 1), stop(1, 2, { accountCode: "eve" })];
  expect(await decide(all)).toEqual(["stored", "quarantined", "stored", "quarantined"]);
  expect(await counts()).toMatchObject({ files: 2, stored: 2, quarantined: 2, known: 2, waiting: 2 });
});

test("a call that was stored before is a duplicate, and costs nothing again", async () => {
  await decide([stop(0, 1), stop(1, 1)]);
  await db.transaction("ingest", {}, (tx) =>
    tx.query("delete from sessions where tenant_id = $1", [operator.tenantId]),
  );
  const later = [stop(0, 1), stop(1, 2)].map((again) => ({ ...again, requestKey: "again" }));
  expect(await decide(later)).toEqual(["duplicate", "stored"]);
  expect(await booksOf(operator)).toMatchObject({ wallet: 1.7, calls: 3 });
});

test("what the sessions of one switch held is not drawn by another's charges, where all hold more than there is", async () => {
  const [first, second] = sources.map(({ id }) => id) as [string, string];
  await pay(operator, "1", { reference: "second" });
  const begun = [authorisation(first, "a"), authorisation(second, "b"), authorisation(first, "c")];
  await lane.decideWith(
    begun.map((one, index) => ({ ...one, wantedS: index === 2 ? 90 : 30 })),
    async () => undefined,
  );
  expect(await booksOf(operator)).toMatchObject({ wallet: 3, held: 1.5, open: 3 }); // Ben's 1 included
  const withdrawn = "update balances set amount = amount + 1 where kind = 'wallet' and amount = -2 and tenant_id = $1";
  await db.transaction("owner", {}, (tx) => tx.query(withdrawn, [operator.tenantId]));
  expect(await decide([ending(first, "a", 100), ending(second, "b", 100)])).toEqual(["stored", "stored"]);
  // Each cost 1 and held .3; of Ada's 1 the rest is the third call's, which holds .9.
  expect(await booksOf(operator)).toMatchObject({ wallet: 1.4, overrun: 1.4, held: 0.9, open: 1 });
});
