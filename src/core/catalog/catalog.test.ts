import { expect, test } from "vitest";
import { ANY_CALL, at } from "../../../test/support/pool-calls.ts";
import { NEVER } from "../allowance/cycle.ts";
import { epochMs } from "../time/epoch.ts";
import type { OfferedAllowance, Package, PackageVersion, Subscription } from "./package.ts";
import { monthOf, rulesOf, rulesText } from "./pool-month.ts";
import { poolsOf } from "./pools.ts";

const offered = (quantity: bigint, more: Partial<OfferedAllowance> = {}): OfferedAllowance => ({
  ...{ name: "free", scope: ANY_CALL, cycle: "month", priority: 100, fromText: null, toText: null, unit: "seconds" },
  ...{ quantity, rollover: null, paysConnectFee: false, validDays: null },
  ...more,
});
const version = (from: string | null, quantity: bigint, more: Partial<OfferedAllowance> = {}): PackageVersion => ({
  ...{
    number: 1,
    effectiveFrom: from === null ? epochMs(0) : at(from),
    tiers: [],
    minimumSpend: null,
    maximumSpend: null,
  },
  allowances: [offered(quantity, more)],
});
const has = (
  accountId: string,
  versions: readonly PackageVersion[],
  more: Partial<Subscription> = {},
): Subscription => {
  const talk: Package = { id: "talk", name: "talk", versions };
  return { package: talk, accountId, sharedWith: [], from: epochMs(0), to: NEVER, ...more };
};

const ACCOUNTS = new Map(["a", "b", "c", "d"].map((id) => [id, { id, bookId: "book", timeZone: "Europe/Berlin" }]));
const one = [version(null, 60n)];

test.each<[readonly Subscription[], Record<string, string>, string]>([
  // subscriptions                                                           pool of each account         why
  [[], {}, "nobody has anything"],
  [[has("b", one)], { b: "b" }, "alone"],
  [[has("b", one, { sharedWith: ["a"] })], { a: "a", b: "a" }, "named by the first, whoever owns it"],
  [
    [has("a", one, { sharedWith: ["b"] }), has("c", one, { sharedWith: ["b"] }), has("d", one)],
    { a: "a", b: "a", c: "a", d: "d" },
    "connected over b",
  ],
  [
    [has("d", one, { sharedWith: ["c"] }), has("b", one, { sharedWith: ["c"] })],
    { b: "b", c: "b", d: "b" },
    "in any order",
  ],
])("%#: who shares is in one pool", (subscriptions, pools) => {
  const found = poolsOf(subscriptions, ACCOUNTS);
  expect(Object.fromEntries([...found].map(([id, pool]) => [id, pool.id]).sort())).toEqual(pools);
  for (const pool of found.values()) for (const id of pool.accountIds) expect(found.get(id)).toBe(pool);
});

/** What a pool of one subscription is granted, and from when to when, in the month of a time. */
function granted(subscription: Subscription, time: string): string[] {
  const pool = poolsOf([subscription], ACCOUNTS).get("a")!;
  const { allowances } = rulesOf(pool, monthOf(pool, at(time)));
  const shown = (instant: number) =>
    Number.isFinite(instant) ? new Temporal.Instant(BigInt(instant) * 1_000_000n).toString() : "-";
  return allowances.map(({ quantity, from, to }) => `${quantity} ${shown(from)} ${shown(to)}`);
}

const two = [version(null, 60n), version("2026-03-10T00:00:00Z", 90n)];
const since = { from: at("2026-03-15T08:00:00Z") };

test.each<[Subscription, string, string[], string]>([
  // subscription         month of                  in force                                          why
  [has("a", two), "2026-03-20T00:00:00Z", ["60 1970-01-01T00:00:00Z -"], "a month keeps the version of its start"],
  [has("a", two), "2026-04-01T00:00:00Z", ["90 1970-01-01T00:00:00Z -"], "the next one has the new one"],
  [has("a", two), "2026-03-31T22:30:00Z", ["90 1970-01-01T00:00:00Z -"], "on the account's clock"],
  [
    has("a", two, since),
    "2026-03-20T00:00:00Z",
    ["90 2026-03-15T08:00:00Z -"],
    "begun in mid-month: the version of then",
  ],
  [has("a", [version("2026-05-01T00:00:00Z", 60n)]), "2026-04-01T00:00:00Z", [], "nothing on offer yet"],
  [has("a", one, { to: at("2026-03-31T22:00:00Z") }), "2026-04-05T00:00:00Z", [], "over when the month begins"],
  [
    has("a", [version(null, 60n, { cycle: "once", validDays: 30 })], since),
    "2026-04-05T00:00:00Z",
    ["60 2026-03-15T08:00:00Z 2026-04-14T08:00:00Z"],
    "expires days after it was given",
  ],
  [
    has("a", [version(null, 60n, { cycle: "once", fromText: "2026-04-03", toText: "2026-04-07" })]),
    "2026-04-05T00:00:00Z",
    ["60 2026-04-02T22:00:00Z 2026-04-06T22:00:00Z"],
    "a promotion's dates, on the account's clock",
  ],
])("%#: what is in force in a month", (subscription, month, expected) => {
  expect(granted(subscription, month)).toEqual(expected);
});

test("equal rules are equal texts, and other rules are others", () => {
  const text = (versions: readonly PackageVersion[]) => {
    const pool = poolsOf([has("a", versions, { sharedWith: ["c", "b"] })], ACCOUNTS).get("a")!;
    return rulesText(rulesOf(pool, monthOf(pool, at("2026-03-20T00:00:00Z"))));
  };
  expect(text([version(null, 60n)])).toBe(text([version(null, 60n), version("2026-07-01T00:00:00Z", 1n)]));
  expect(text([version(null, 60n)])).not.toBe(text([version(null, 61n)]));
});

test("what an allowance waives goes with it; what it does not is no part of its rules' text", () => {
  const rules = (more: Partial<OfferedAllowance>) => {
    const pool = poolsOf([has("a", [version(null, 60n, more)])], ACCOUNTS).get("a")!;
    return rulesOf(pool, monthOf(pool, at("2026-03-10T12:00:00Z")));
  };
  expect(rules({ waivesSurcharges: true }).allowances[0]?.waivesSurcharges).toBe(true);
  expect(rulesText(rules({ waivesSurcharges: true }))).not.toBe(rulesText(rules({})));
  expect(rulesText(rules({}))).not.toContain("urcharges"); // months priced before there were any are as they were
});
