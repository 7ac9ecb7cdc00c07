import { describe, expect, test } from "vitest";
import { allowanceOf, at, callOf, openFirstMonth, rulesOf, tariffOf } from "../../../test/support/pool-calls.ts";
import type { EpochMs } from "../time/epoch.ts";
import { type BucketUnits, bucketUnitsFromJson, bucketUnitsToJson } from "./bucket-units.ts";
import { NEVER } from "./cycle.ts";
import type { PoolRules } from "./pool-rules.ts";
import type { PoolState } from "./pool-state.ts";
import { hasUnits, NO_UNIT_HOLDS, priceAroundHolds, type UnitHolds } from "./price-around-holds.ts";

const TARIFF = tariffOf("49 .06/60 60/60");
const APRIL = at("2026-04-01T00:00:00Z");
const [SECOND, THIRD] = [at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z")];

const units = (quantity: bigint, expiresAt: EpochMs = APRIL): readonly BucketUnits[] => [
  { key: "free", expiresAt, quantity },
];

function price(rules: PoolRules, state: PoolState, answered: string, talkedS: number, holds: Partial<UnitHolds> = {}) {
  const call = callOf(TARIFF, { to: "4930", talkedS, answered: at(answered) });
  return priceAroundHolds(rules, state, call, { ...NO_UNIT_HOLDS, ...holds });
}
const leftOf = ({ allowances }: PoolState): bigint =>
  allowances.get("free")?.buckets.reduce((sum, { left }) => sum + left, 0n) ?? 0n;

describe("600 free seconds of a month", () => {
  const rules = rulesOf({ allowances: [allowanceOf("free", 600n)] });
  const state = openFirstMonth(rules, at("2026-03-01T00:00:00Z"));
  const noon = "2026-03-01T12:00:00Z";

  test.each<[Partial<UnitHolds>, number, number, bigint, boolean, string]>([
    // holds                                      talked covered left  waits  why
    [{}, 300, 300, 300n, false, "nobody holds anything"],
    [{ others: units(200n) }, 300, 300, 300n, false, "there is enough for both"],
    [{ others: units(480n) }, 300, 120, 480n, true, "the others' stay in the pool, and the call waits for them"],
    [{ others: units(600n) }, 300, 0, 600n, true, "all of it is held"],
    [{ others: units(300n), own: units(300n) }, 300, 300, 300n, false, "what it holds itself is there for it"],
    [{ others: units(300n), own: units(300n) }, 420, 300, 300n, true, "beyond its own it takes none of theirs"],
    [{ others: units(900n) }, 60, 0, 600n, true, "the allowance was made smaller while they were held"],
    [{ others: units(600n, THIRD) }, 300, 300, 300n, false, "of another bucket"],
  ])("%o: of %i s it covers %i, %i are left, waits: %s (%s)", (holds, talkedS, coveredS, left, waits) => {
    const priced = price(rules, state, noon, talkedS, holds);
    expect([priced.charge.coveredS, leftOf(priced.state), priced.waitsForHolds]).toEqual([coveredS, left, waits]);
  });
});

describe("60 free seconds a day", () => {
  const rules = rulesOf({ allowances: [allowanceOf("free", 60n, { cycle: "day" })] });
  const yesterday = price(rules, openFirstMonth(rules, at("2026-03-01T00:00:00Z")), "2026-03-01T12:00:00Z", 0).state;
  const today = price(rules, yesterday, "2026-03-02T00:10:00Z", 60).state;

  test("a call of before midnight keeps what it holds when today's are used up, and takes none of them", () => {
    const late = price(rules, today, "2026-03-01T23:50:00Z", 60, { own: units(60n, SECOND) });
    expect([late.charge.coveredS, late.state]).toEqual([60, today]);
    expect(price(rules, today, "2026-03-01T23:50:00Z", 60).charge.coveredS).toBe(0);
  });

  test.each<[EpochMs, bigint, boolean, string]>([
    [SECOND, 60n, true, "yesterday's are there for their session alone"],
    [THIRD, 1n, false, "today's are used up"],
    [at("2026-03-04T00:00:00Z"), 60n, true, "tomorrow's have not begun"],
  ])("held until %s, %i of them: there? %s (%s)", (expiresAt, quantity, isThere) => {
    expect(hasUnits(rules, today, units(quantity, expiresAt))).toBe(isThere);
  });
});

test("what rolls over while it is held is held in the next cycle, too", () => {
  const rules = rulesOf({
    allowances: [allowanceOf("free", 60n, { cycle: "day", rollover: { cycles: 1, cap: null } })],
  });
  const state = openFirstMonth(rules, at("2026-03-01T00:00:00Z"));
  const next = price(rules, state, "2026-03-02T10:00:00Z", 180, { others: units(60n, THIRD) });
  expect([next.charge.coveredS, next.waitsForHolds]).toEqual([60, true]);
  const ended = price(rules, next.state, "2026-03-01T23:50:00Z", 60, { own: units(60n, THIRD) });
  expect([ended.charge.coveredS, leftOf(ended.state)]).toEqual([60, 0n]);
});

test("units are the same after a round through JSON, those that never expire too", () => {
  const some = [...units(1n, NEVER), ...units(12_345_678_901_234_567n)];
  expect(bucketUnitsFromJson(JSON.parse(JSON.stringify(bucketUnitsToJson(some))))).toEqual(some);
});
