import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { nanosFromSql } from "../../src/core/money/nanos.ts";
import { ChargingLane } from "../../src/server/charging/charging-lane.ts";
import { DEFAULT_POLICY } from "../../src/server/charging/charging-work.ts";
import { lookAtBalances } from "../../src/server/charging/watch-balances.ts";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import { type EventOf, eventText } from "../../src/server/events/event.ts";
import { findEvents } from "../../src/server/events/find-events.ts";
import { logOnce } from "../../src/server/events/log-events.ts";
import { ChargedCalls } from "../support/charged-calls.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { pay } from "../support/prepaid-customer.ts";

let db: TestDatabase;
/** Of another process. */
let other: Database;
let operator: Operator;
let calls: ChargedCalls;
let lanes: readonly [ChargingLane, ChargingLane];

beforeAll(async () => {
  db = await testDatabase();
  other = await openDatabase({ url: db.url });
});
afterAll(async () => {
  await other?.close();
  await db?.drop();
});

/** Ada, prepaid, at .60 a minute by seconds, warned below .50 and .10; Bob is warned as the tenant says, below 2. */
beforeEach(async () => {
  operator = await Operator.create(db, { lowBalance: [nanosFromSql("2")] });
  const prepaid = { payment: "prepaid" } as const;
  const ada = await operator.account("ada", { ...prepaid, lowBalance: ["0.5", "0.1"].map(nanosFromSql) });
  const bob = await operator.account("bob", prepaid);
  await operator.tariff("prices", [anyRate("49", "0.60")], [ada, bob]);
  await operator.rules([ada, bob].map((one) => [one, { match: { accountCode: one.code } }]));
  calls = new ChargedCalls((await operator.source("switch", "freeswitch-csv")).id);
  const laneOf = (own: Database) => new ChargingLane(own, operator.tenantId, DEFAULT_POLICY);
  lanes = [laneOf(db), laneOf(other)];
});

const decide = (request: Parameters<ChargingLane["decide"]>[0]) => lanes[0].decide(request);

const lowText = ({ left, threshold }: EventOf<"balance-low">["data"]): string => `${left} < ${threshold}`;

/** What was warned of, the earliest first. */
const warned = async (account?: string): Promise<readonly string[]> => {
  const events = await findEvents(db, { tenantId: operator.tenantId, account, kind: "balance-low", limit: 100 });
  return events.map(({ account: of, data }) => `${of} ${lowText(data as EventOf<"balance-low">["data"])}`).toReversed();
};

test("a balance that falls below a threshold during a call is warned of once, and told to the switch", async () => {
  await pay(operator, "1");
  expect(await decide(calls.authorise("a", "ada", { wantedS: 40 }))).toMatchObject({
    ...{ talkS: 40, left: { amount: "1", currency: "EUR" } },
  });
  // 0.70 are left at 30 s; at 51 s it will be less than .50.
  const told = await decide(calls.update("a", 30, { wantedS: 40 }));
  expect(told).toMatchObject({ talkS: 70, left: { amount: "0.7" }, lowAtS: 51 });
  expect(told).not.toHaveProperty("isLow");
  expect(await warned()).toEqual([]);
  expect(await decide(calls.update("a", 60, { wantedS: 10 }))).toMatchObject({ left: { amount: "0.4" }, isLow: true });
  expect(await warned()).toEqual(["ada 0.4 < 0.5"]);
  await decide(calls.update("a", 65, { wantedS: 10 }));
  await decide(calls.stop("a", 66));
  expect(await warned()).toEqual(["ada 0.4 < 0.5"]);
  expect((await db.bulk("owner", {}, (tx) => examine(tx))).checks.filter(({ ok }) => !ok)).toEqual([]);
});

test("money that comes in arms a threshold again; both may be crossed at once, by the end of a call", async () => {
  await pay(operator, "0.6");
  await decide(calls.authorise("a", "ada"));
  await decide(calls.stop("a", 20));
  expect(await warned()).toEqual(["ada 0.4 < 0.5"]);
  await pay(operator, "0.3");
  expect(await lookAtBalances(db)).toBe(1);
  expect(await lookAtBalances(db)).toBe(0);
  await decide(calls.authorise("b", "ada"));
  await decide(calls.stop("b", 65));
  expect(await warned()).toEqual(["ada 0.4 < 0.5", "ada 0.05 < 0.5", "ada 0.05 < 0.1"]);
});

test("what moves a balance without a call is seen by the look at all of them, once whoever looks", async () => {
  await pay(operator, "1.5", { code: "bob" });
  const looked = await Promise.all([lookAtBalances(db), lookAtBalances(other), lookAtBalances(db)]);
  expect(looked.reduce((sum, count) => sum + count)).toBe(1);
  expect(await warned()).toEqual(["bob 1.5 < 2"]); // and Ada, of whom nothing was ever booked, is not
  await pay(operator, "2.5", { code: "bob" });
  expect(await lookAtBalances(db)).toBe(1);
  await operator.figures("update accounts set low_balance = '{10}' where code = 'bob' returning id");
  expect(await lookAtBalances(db)).toBe(1);
  expect(await warned("bob")).toEqual(["bob 1.5 < 2", "bob 4 < 10"]);
});

test("calls that end at once, in two processes, warn once for each threshold; each event is logged once", async () => {
  await logOnce(db, { happened: () => undefined }); // of other tests
  await pay(operator, "1");
  const keys = Array.from({ length: 16 }, (_, index) => `call ${index}`);
  await Promise.all(
    keys.map((key, at) => lanes[at % 2 === 0 ? 0 : 1].decide(calls.authorise(key, "ada", { wantedS: 6 }))),
  );
  await Promise.all(keys.map((key, at) => lanes[at % 2 === 0 ? 1 : 0].decide(calls.stop(key, 6))));
  const warnings = await warned();
  expect(warnings.map((text) => text.split(" < ")[1]).sort()).toEqual(["0.1", "0.5"]);
  const logged: string[] = [];
  const log = { happened: (event: Parameters<typeof eventText>[0]) => void logged.push(eventText(event)) };
  const counts = await Promise.all([logOnce(db, log), logOnce(other, log)]);
  expect(counts[0] + counts[1]).toBe(logged.length);
  expect(logged.filter((line) => line.includes("less than"))).toHaveLength(warnings.length);
  expect(await logOnce(db, log)).toBe(0);
});

test("an account without the money for a call is told of once, until it has more", async () => {
  await pay(operator, "1");
  expect(await decide(calls.authorise("long", "ada", { wantedS: 100 }))).toMatchObject({ kind: "granted" });
  const refused = (key: string) => decide(calls.authorise(key, "ada", { wantedS: 60 }));
  for (const key of ["more", "again"]) expect(await refused(key)).toMatchObject({ kind: "refused" });
  const told = async () => {
    const events = await findEvents(db, { tenantId: operator.tenantId, kind: "balance-exhausted", limit: 10 });
    return events.map(({ account, data }) => `${account} ${(data as EventOf<"balance-exhausted">["data"]).left}`);
  };
  expect(await told()).toEqual(["ada 1"]);
  await pay(operator, "2");
  expect(await decide(calls.authorise("paid", "ada", { wantedS: 200 }))).toMatchObject({ kind: "granted" });
  expect(await refused("third")).toMatchObject({ kind: "refused" });
  expect(await told()).toEqual(["ada 3", "ada 1"]);
});
