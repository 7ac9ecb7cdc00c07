import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Nanos, nanosFromSql } from "../../src/core/money/nanos.ts";
import type { DestinationGroup } from "../../src/core/tenancy/destination-group.ts";
import { NO_ACCOUNT_LIMITS, NO_SESSION_LIMITS } from "../../src/core/tenancy/session-limits.ts";
import { type EpochMs, epochMs } from "../../src/core/time/epoch.ts";
import { loadSpent, type Spent } from "../../src/server/charging/spent-store.ts";
import { spentSums } from "../../src/server/charging/spent-sums.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { FREESWITCH_MAPPING, freeswitchRow } from "../support/switch-files.ts";

const premium: DestinationGroup = { name: "premium", prefixes: ["49900"], except: [], destinations: [] };
const at = (day: number, hour: number, minute = 0) => epochMs(Date.UTC(2026, 1, day, hour, minute));
/** Ada's days begin there two hours before ours. */
const AHEAD_MS = 2 * 3_600_000;

let db: TestDatabase;
let operator: Operator;
let source: Source;
let ada: StoredAccount;
let made: { readonly startedAt: EpochMs; readonly called: string }[];

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

/** Ada pays .06 a call of a minute, and may spend so much in a month, for calls to some numbers in a day. */
beforeEach(async () => {
  made = [];
  operator = await Operator.create(db, { destinationGroups: [premium] });
  source = await operator.source("switch", "freeswitch-csv", {
    mapping: FREESWITCH_MAPPING,
    directions: ["originating"],
  });
  const inGroup = { ...NO_SESSION_LIMITS, group: "premium", isBlocked: false, daySpend: nanosFromSql("5") };
  const limits = { ...NO_ACCOUNT_LIMITS, monthSpend: nanosFromSql("50"), groups: [inGroup] };
  ada = await operator.account("ada", { limits, timeZone: "Africa/Johannesburg" });
  await operator.tariff("retail", [anyRate("", "0.06")], [ada]);
  await operator.rule(ada, { match: { accountCode: "ada" } });
});

/** Calls of a minute that a file brings, whenever they were. */
async function bring(...times: readonly EpochMs[]): Promise<void> {
  const calls = times.map((startedAt, index) => ({
    ...{ key: `${made.length + index}`, calling: "442071234567", called: index % 2 === 0 ? "493012345" : "49900123" },
    ...{ startedAt, ringS: 0, talkedS: 60, account: "ada", gateway: "" },
  }));
  made.push(...calls);
  await operator.importText(source, `${made.length}.csv`, calls.map((call) => freeswitchRow(call)).join(""));
}

const amountOf = (calls: readonly unknown[]): Nanos => nanosFromSql((calls.length * 0.06).toFixed(2));

/** Added up from what was brought. */
function expected(now: EpochMs): Spent {
  const dayStart = Math.floor((now + AHEAD_MS) / 86_400_000) * 86_400_000 - AHEAD_MS;
  const monthStart = Date.UTC(2026, 1, 1) - AHEAD_MS;
  const since = (first: number, prefix = "") =>
    amountOf(made.filter(({ startedAt, called }) => startedAt >= first && called.startsWith(prefix)));
  const ofGroup = { day: since(dayStart, "49900"), month: since(monthStart, "49900") };
  return { day: since(dayStart), month: since(monthStart), groups: new Map([["premium", ofGroup]]) };
}

async function look(now: EpochMs, { isKept = true } = {}): Promise<Spent | undefined> {
  const sums = spentSums(db);
  const groups = new Map([["premium", premium]]);
  const spent = await db.urgent("ingest", {}, (tx) => loadSpent(tx, [ada], { at: now, groups, sums }));
  if (isKept) sums.keep();
  return spent.get(ada.id);
}

test("what is remembered of a month and what came since are what all calls cost, however late they come", async () => {
  expect(await look(at(3, 9))).toEqual(expected(at(3, 9)));
  await bring(at(1, 0), at(3, 8), at(3, 8, 50));
  expect(await look(at(3, 9))).toEqual(expected(at(3, 9)));
  await bring(at(3, 10), at(3, 11), at(3, 11, 30), at(3, 12));
  expect(await look(at(3, 12, 20))).toEqual(expected(at(3, 12, 20)));
  await bring(at(2, 5), at(2, 6)); // of yesterday
  expect(await look(at(3, 12, 21))).toEqual(expected(at(3, 12, 21)));
  expect(await look(at(3, 22, 30))).toEqual(expected(at(3, 22, 30))); // a new day in Johannesburg
  await bring(at(3, 23), at(8, 1), at(9, 1), at(9, 4));
  expect(await look(at(9, 4, 30))).toEqual(expected(at(9, 4, 30)));
  await bring(at(1, 3), at(9, 4, 10)); // of the first day, which is together with others by now
  expect(await look(at(9, 4, 31))).toEqual(expected(at(9, 4, 31)));
});

test("what a transaction read that came to nothing is not remembered", async () => {
  await bring(at(5, 8), at(5, 9));
  await look(at(5, 12));
  const groups = new Map([["premium", premium]]);
  const sums = spentSums(db);
  const undone = db.transaction("owner", {}, async (tx) => {
    await tx.query("delete from charges where tenant_id = $1", [operator.tenantId]);
    await tx.query("update journals set first_answered_at = '2026-02-01' where tenant_id = $1", [operator.tenantId]);
    await loadSpent(tx, [ada], { at: at(5, 12), groups, sums });
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  expect(await look(at(5, 12, 1))).toEqual(expected(at(5, 12, 1)));
});

test("a month that is remembered is not read again", async () => {
  await bring(...Array.from({ length: 40 }, (_, index) => at(1 + (index % 9), index % 24)));
  await look(at(10, 12));
  await bring(at(10, 12, 5));
  const sums = spentSums(db);
  const from = sums.known(ada.id, premium.prefixes[0]?.length ?? 0)?.closedUntil;
  expect(from).toBe(at(10, 11));
  expect(await look(at(10, 12, 10))).toEqual(expected(at(10, 12, 10)));
});
