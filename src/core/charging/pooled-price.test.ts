import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allowanceOf,
  amountOf,
  at,
  callOf,
  openFirstMonth,
  rulesOf,
  tariffOf,
  tiersOf,
  tierTable,
} from "../../../test/support/pool-calls.ts";
import { addUnits, type BucketUnits, lessUnits, NO_UNITS, unitsOf } from "../allowance/bucket-units.ts";
import type { Allowance, PoolRules } from "../allowance/pool-rules.ts";
import type { PoolState } from "../allowance/pool-state.ts";
import { hasUnits, NO_UNIT_HOLDS, priceAroundHolds } from "../allowance/price-around-holds.ts";
import { type EpochMs, epochMs } from "../time/epoch.ts";
import { grantTalk } from "./grant.ts";
import { pooledPrice } from "./pooled-price.ts";

const MARCH = at("2026-03-01T00:00:00Z");
const TARIFF = tariffOf("49 .06/60 60/60", "33 .10/60 1/1 .02", "44 .07/60 30/6 .01");

/** What a call of Anna's costs by minutes, in a pool that has used nothing. */
function costs(rules: PoolRules, to: string, state = openFirstMonth(rules, MARCH)) {
  const call = callOf(TARIFF, { to, talkedS: 0, answered: MARCH });
  return pooledPrice({
    rules,
    state,
    holds: NO_UNIT_HOLDS,
    call,
    amountOf: ({ amount, credited }) => less(amount, credited),
  });
}
const less = (amount: bigint, credited: bigint) => (amountOf("0") + amount - credited) as ReturnType<typeof amountOf>;

test("free minutes cost units as far as they go, then money, by whole steps", () => {
  const { costOf, unitsOf: taken } = costs(rulesOf({ allowances: [allowanceOf("free", 90n)] }), "4930");
  expect([1, 60, 61, 121].map(costOf)).toEqual([0n, 0n, amountOf(".03"), amountOf(".09")]);
  expect([1, 61, 121].map((talkedS) => taken(talkedS)[0]?.quantity)).toEqual([60n, 90n, 90n]);
});

test("a call that itself reaches a volume step is held at the dearer of both", () => {
  const cheaper = costs(rulesOf({ tiers: [tiersOf("v", tierTable("volume", "seconds", "120 .06, - .03"))] }), "4930");
  expect([60, 120, 180].map(cheaper.costOf)).toEqual([amountOf(".06"), amountOf(".12"), amountOf(".18")]);
  const dearer = costs(rulesOf({ tiers: [tiersOf("v", tierTable("volume", "seconds", "120 .03, - .06"))] }), "4930");
  expect([60, 120, 180].map(dearer.costOf)).toEqual([amountOf(".03"), amountOf(".06"), amountOf(".18")]);
  const ended = costs(rulesOf({ tiers: [tiersOf("v", tierTable("volume", "seconds", "120 .01"))] }), "4930");
  expect([120, 180].map(ended.costOf)).toEqual([amountOf(".02"), amountOf(".18")]);
});

const anyAllowance: fc.Arbitrary<Allowance> = fc
  .record({
    key: fc.constantFrom("a", "b", "c"),
    quantity: fc.bigInt(1n, 500n),
    unit: fc.constantFrom("seconds" as const, "seconds" as const, "calls" as const, "amount" as const),
    priority: fc.integer({ min: 0, max: 2 }),
    cycle: fc.constantFrom("day" as const, "month" as const, "once" as const),
    rollover: fc.option(fc.record({ cycles: fc.integer({ min: 1, max: 2 }), cap: fc.option(fc.bigInt(0n, 300n)) })),
    accountIds: fc.constantFrom(new Set(["anna"]), new Set(["anna", "ben"])),
    prefixes: fc.constantFrom([], ["49"], ["33", "44"]),
  })
  .map(({ key, quantity, prefixes, ...more }) =>
    allowanceOf(key, more.unit === "amount" ? quantity * 1_000_000n : quantity, {
      ...more,
      scope: { prefixes, except: [], destinations: [], directions: [] },
    }),
  );

const anyRules = fc
  .array(anyAllowance, { minLength: 1, maxLength: 3 })
  .map((allowances) => rulesOf({ allowances: [...new Map(allowances.map((one) => [one.key, one])).values()] }));

/** What happens at a switch: calls begin, go on and end, of any of a few at once, and time goes on. */
const anySteps = fc.array(
  fc.record({
    line: fc.integer({ min: 0, max: 4 }),
    by: fc.constantFrom("anna", "ben"),
    to: fc.constantFrom("4930", "4930", "33140", "44207"),
    sliceS: fc.option(fc.integer({ min: 1, max: 200 })),
    /** Of what is granted, in tenths, that is used by the next step. */
    usedTenths: fc.integer({ min: 0, max: 10 }),
    ends: fc.boolean(),
    laterMinutes: fc.constantFrom(0, 0, 5, 600),
  }),
  { maxLength: 60 },
);

interface Up {
  readonly by: string;
  readonly to: string;
  readonly answeredAt: EpochMs;
  usedS: number;
  grantedS: number;
  held: bigint;
  units: readonly BucketUnits[];
}

/** A switch's calls on one pool: wallets, what is held of them and of the pool, and the pool itself. */
class Pool {
  readonly rules: PoolRules;
  readonly wallets = new Map([
    ["anna", 300_000_000n],
    ["ben", 150_000_000n],
  ]);
  readonly lines = new Map<number, Up>();
  state: PoolState;
  held: readonly BucketUnits[] = NO_UNITS;
  now: number = MARCH;

  constructor(rules: PoolRules) {
    this.rules = rules;
    this.state = openFirstMonth(rules, MARCH);
  }

  /** Answers whether the call may go on. */
  grant(up: Up, wantedS: number | null): boolean {
    const call = callOf(TARIFF, { to: up.to, talkedS: 0, answered: up.answeredAt, by: up.by });
    const holds = { others: lessUnits(this.held, up.units), own: up.units };
    const netOf = ({ amount, credited }: { amount: bigint; credited: bigint }) => less(amount, credited);
    const price = pooledPrice({ rules: this.rules, state: this.state, holds, call, amountOf: netOf });
    const othersHold = [...this.lines.values()].filter((one) => one !== up && one.by === up.by);
    const available = othersHold.reduce((left, one) => left - one.held, this.wallets.get(up.by) ?? 0n);
    const level = { accountId: up.by, available: amountOf("0") + available, mostS: 100_000, costOf: price.costOf };
    const { talkS, holds: money } = grantTalk([level as never], { usedS: up.usedS, wantedS, capS: 7_200 });
    this.held = lessUnits(this.held, up.units);
    Object.assign(up, { grantedS: talkS, held: money[0], units: price.unitsOf(talkS) });
    this.held = addUnits(this.held, up.units);
    return talkS > up.usedS;
  }

  /** Answers what is charged, and what was held for it. */
  stop(up: Up): { readonly charged: bigint; readonly held: bigint } {
    const call = callOf(TARIFF, { to: up.to, talkedS: up.usedS, answered: up.answeredAt, by: up.by });
    const holds = { others: lessUnits(this.held, up.units), own: up.units };
    const { charge, state } = priceAroundHolds(this.rules, this.state, call, holds);
    this.state = state;
    this.held = holds.others;
    const charged = charge.amount - charge.credited;
    this.wallets.set(up.by, (this.wallets.get(up.by) ?? 0n) - charged);
    return { charged, held: up.held };
  }
}

describe("laws, of calls that begin, go on and end in any order on one pool", () => {
  test("a stop within its grant costs no more than was held; no wallet and no pool goes below 0; nothing stays held", () => {
    fc.assert(
      fc.property(anyRules, anySteps, (rules, steps) => {
        const pool = new Pool(rules);
        for (const { line, by, to, sliceS, usedTenths, ends, laterMinutes } of steps) {
          pool.now += laterMinutes * 60_000;
          const known = pool.lines.get(line);
          const up = known ?? { by, to, answeredAt: epochMs(pool.now), ...NOTHING };
          up.usedS += Math.floor(((up.grantedS - up.usedS) * usedTenths) / 10);
          if (known !== undefined && ends) {
            const { charged, held } = pool.stop(up);
            expect(charged <= held).toBe(true);
            pool.lines.delete(line);
          } else if (pool.grant(up, sliceS) || known !== undefined) pool.lines.set(line, up);
          else pool.held = lessUnits(pool.held, up.units);
          expect([...pool.wallets.values()].every((left) => left >= 0n)).toBe(true);
          if (!isCapped(rules)) expect(hasUnits(rules, pool.state, pool.held)).toBe(true);
        }
        for (const up of pool.lines.values()) pool.stop(up);
        expect(pool.held).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("what other sessions hold is there after a call has ended, however long it was", () => {
    fc.assert(
      fc.property(anyRules, fc.nat(900), fc.nat(900), (rules, firstS, secondS) => {
        const pool = new Pool(rules);
        const [first, second] = ["anna", "ben"].map((by) => ({ by, to: "4930", answeredAt: MARCH, ...NOTHING })) as [
          Up,
          Up,
        ];
        pool.grant(first, firstS);
        pool.lines.set(0, first);
        pool.grant(second, 1);
        second.usedS = secondS; // beyond its grant
        pool.stop(second);
        expect(hasUnits(rules, pool.state, first.units)).toBe(true);
        for (const units of first.units) expect(unitsOf(pool.held, units)).toBe(units.quantity);
      }),
    );
  });
});

/** What a cap does not let into the next cycle is there for the session that holds it, and not in the pool. */
const isCapped = ({ allowances }: PoolRules) => allowances.some(({ rollover }) => (rollover?.cap ?? null) !== null);

const NOTHING = { usedS: 0, grantedS: 0, held: 0n, units: NO_UNITS };
