import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { nanosFromSql } from "../../src/core/money/nanos.ts";
import {
  type AccountLimits,
  type GroupLimits,
  NO_ACCOUNT_LIMITS,
  NO_SESSION_LIMITS,
} from "../../src/core/tenancy/session-limits.ts";
import { ChargingLane } from "../../src/server/charging/charging-lane.ts";
import type { ChargingAnswer } from "../../src/server/charging/charging-request.ts";
import { DEFAULT_POLICY } from "../../src/server/charging/charging-work.ts";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { ChargedCalls } from "../support/charged-calls.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";

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

const group = (name: string, ...prefixes: readonly string[]) => ({ name, prefixes, except: [], destinations: [] });

beforeEach(async () => {
  operator = await Operator.create(db, { destinationGroups: [group("premium", "49900"), group("space", "870")] });
  calls = new ChargedCalls((await operator.source("switch", "freeswitch-csv")).id);
  const laneOf = (own: Database) => new ChargingLane(own, operator.tenantId, DEFAULT_POLICY);
  lanes = [laneOf(db), laneOf(other)];
});

const PREMIUM = { called: "4990012345" };
const inGroup = (name: string, limits: Partial<GroupLimits>): GroupLimits => ({
  ...{ ...NO_SESSION_LIMITS, group: name, isBlocked: false },
  ...limits,
});

/** A trusted customer at .06 a minute in steps of a minute, anywhere. */
async function customer(code: string, limits: Partial<AccountLimits>, own: Partial<StoredAccount> = {}) {
  const account = await operator.account(code, { limits: { ...NO_ACCOUNT_LIMITS, ...limits }, ...own });
  await operator.tariff(`of ${code}`, [anyRate("", "0.06", { increments: { firstS: 60, nextS: 60 } })], [account]);
  if (account.kind === "customer") await operator.rule(account, { match: { accountCode: code } });
  return account;
}

const decide = (request: Parameters<ChargingLane["decide"]>[0]) => lanes[0].decide(request);
const refused = (code: string) => ({ kind: "refused", reason: { code } });
const isGranted = ({ kind }: ChargingAnswer) => kind === "granted";

/** Has so many calls ask at once, every other one of another process; answers how many may begin. */
async function rush(count: number, call: (index: number) => Parameters<ChargingLane["decide"]>[0]): Promise<number> {
  const asked = Array.from({ length: count }, (_, index) => lanes[index % 2 === 0 ? 0 : 1].decide(call(index)));
  return (await Promise.all(asked)).filter(isGranted).length;
}

/** Counters are the sums over sessions, and all else that the doctor looks at holds as well. */
async function expectSound(): Promise<void> {
  const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
}

describe("calls to a group of destinations", () => {
  test("have limits of their own, beside those of all calls", async () => {
    const limits = { openSessions: 1, callS: 120, daySpend: nanosFromSql("0.18") };
    await customer("carl", { openSessions: 2, groups: [inGroup("premium", limits)] });
    expect(await decide(calls.authorise("a", "carl", {}, PREMIUM))).toMatchObject({ talkS: 120, limitedBy: "cap" });
    expect(await decide(calls.authorise("b", "carl", {}, PREMIUM))).toMatchObject(refused("sessions-limited"));
    expect(await decide(calls.authorise("c", "carl"))).toMatchObject({ kind: "granted", limitedBy: "cap" });
    expect(await decide(calls.authorise("d", "carl"))).toMatchObject(refused("sessions-limited"));
    await decide(calls.stop("a", 61)); // .12 of the group's day are spent
    expect(await decide(calls.authorise("e", "carl", {}, PREMIUM))).toMatchObject({ talkS: 60, limitedBy: "balance" });
    await decide(calls.stop("e", 60));
    expect(await decide(calls.authorise("f", "carl", {}, PREMIUM))).toMatchObject(refused("spend-limited"));
    expect(await decide(calls.authorise("g", "carl"))).toMatchObject({ kind: "granted" });
    await expectSound();
  });

  test("that is blocked are refused, and one that is transferred there is granted nothing more", async () => {
    await customer("carl", { groups: [inGroup("space", { isBlocked: true })] });
    const space = { called: "870772001234" };
    expect(await decide(calls.authorise("a", "carl", {}, space))).toMatchObject(refused("destination-barred"));
    await decide(calls.authorise("b", "carl", { wantedS: 60 }));
    expect(await decide(calls.update("b", 10, space))).toMatchObject(refused("destination-barred"));
    await decide(calls.stop("b", 20));
    await expectSound();
  });

  test("by name of the destination, where a tariff has it; a month's spend counts calls of before", async () => {
    operator = await Operator.create(db, {
      destinationGroups: [{ ...group("named"), destinations: ["Destination "] }],
    });
    calls = new ChargedCalls((await operator.source("switch", "freeswitch-csv")).id);
    lanes = [new ChargingLane(db, operator.tenantId, DEFAULT_POLICY), lanes[1]];
    await customer("carl", { groups: [inGroup("named", { monthSpend: nanosFromSql("0.12") })] });
    await decide(calls.authorise("a", "carl", { wantedS: 60 }));
    await decide(calls.stop("a", 60));
    expect(await decide(calls.authorise("b", "carl"))).toMatchObject({ talkS: 60, limitedBy: "balance" });
  });
});

describe("calls that ask at once, in two processes", () => {
  test("never are more than may be open, nor hold more than may be spent", async () => {
    const limits = { openSessions: 3, daySpend: nanosFromSql("0.30") };
    await customer("many", { groups: [inGroup("premium", { openSessions: limits.openSessions })] });
    await customer("dear", { groups: [inGroup("premium", { daySpend: limits.daySpend })] });
    const of = (code: string) => (index: number) => calls.authorise(`${code} ${index}`, code, { wantedS: 60 }, PREMIUM);
    expect(await rush(40, of("many"))).toBe(3);
    expect(await rush(40, of("dear"))).toBe(5);
    await expectSound();
    // All that was open ends, in both; then there is room for as many again.
    await Promise.all(Array.from({ length: 40 }, (_, index) => lanes[1].decide(calls.stop(`many ${index}`, 0))));
    expect(await rush(20, (index) => calls.authorise(`again ${index}`, "many", { wantedS: 60 }, PREMIUM))).toBe(3);
    await expectSound();
  });

  test("begin no faster than the pace", async () => {
    await customer("fast", { pace: { perSecond: 2, burst: 5 } });
    const begun = await rush(60, (index) => calls.authorise(`f ${index}`, "fast", { wantedS: 60 }));
    const { seconds } = await operator.figures<{ seconds: number }>(
      "select extract(epoch from max(opened_at) - min(opened_at))::float8 as seconds from sessions where state = 'open'",
    );
    expect(begun).toBeGreaterThanOrEqual(5);
    expect(begun).toBeLessThanOrEqual(5 + 2 * seconds);
  });
});

describe("limits of", () => {
  test("a reseller hold for all below it together", async () => {
    const reseller = await customer(
      "reseller",
      { groups: [inGroup("premium", { openSessions: 2 })] },
      { kind: "reseller" },
    );
    for (const code of ["ann", "ben"]) await customer(code, {}, { parentId: reseller.id, bookId: reseller.bookId });
    const ask = (key: string, code: string) => decide(calls.authorise(key, code, { wantedS: 60 }, PREMIUM));
    expect([await ask("a", "ann"), await ask("b", "ben")].filter(isGranted)).toHaveLength(2);
    const answer = await ask("c", "ann");
    expect(answer).toMatchObject({
      ...refused("sessions-limited"),
      reason: { what: expect.stringContaining('"reseller"') },
    });
    await decide(calls.stop("a", 30));
    expect(await ask("d", "ben")).toMatchObject({ kind: "granted" });
    await expectSound();
  });

  test("a trunk hold for the calls that come in through it", async () => {
    const carl = await customer("carl", {});
    await operator.trunk("pbx", carl, "ingress", { openSessions: 1, callS: 600 });
    const ask = (key: string, ingressTrunk: string) => decide(calls.authorise(key, "carl", {}, { ingressTrunk }));
    expect(await ask("a", "pbx")).toMatchObject({ talkS: 600 });
    expect(await ask("b", "pbx")).toMatchObject(refused("sessions-limited"));
    expect(await ask("c", "elsewhere")).toMatchObject({ talkS: DEFAULT_POLICY.longestCallS });
    await decide(calls.stop("a", 0));
    expect(await ask("d", "pbx")).toMatchObject({ talkS: 600 });
    await expectSound();
  });

  test("any kind let emergency calls pass", async () => {
    const nothing = { openSessions: 0, pace: { perSecond: 1, burst: 1 } };
    await customer("carl", nothing);
    expect(await decide(calls.authorise("a", "carl"))).toMatchObject(refused("sessions-limited"));
    expect(await decide(calls.authorise("b", "carl", {}, { called: "112" }))).toMatchObject({ kind: "granted" });
  });
});
