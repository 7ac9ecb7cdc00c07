import fc from "fast-check";
import { expect, test } from "vitest";
import { anyPriceTerms } from "../../../test/support/any-rating.ts";
import {
  allowanceOf,
  at,
  callOf,
  openFirstMonth,
  rulesOf,
  tariffOf,
  tiersOf,
  tierTable,
} from "../../../test/support/pool-calls.ts";
import { rateOpened } from "../rating/rate-call.ts";
import type { TierTable } from "../rating/tier.ts";
import { type CompiledTariff, compileTariff } from "../tariff/compiled-tariff.ts";
import { epochMs } from "../time/epoch.ts";
import { CYCLES, monthAt } from "./cycle.ts";
import { leftAt } from "./draw.ts";
import { grantedAt } from "./grant.ts";
import { MonthFold, openMonth } from "./month-fold.ts";
import type { Allowance, PoolRules, Tiers } from "./pool-rules.ts";
import { EMPTY_POOL, type PoolState, poolStateFromText, poolStateToText } from "./pool-state.ts";
import type { CallInTurn } from "./price-in-turn.ts";

const MARCH = at("2026-03-01T00:00:00Z");

const anyTariff: fc.Arbitrary<CompiledTariff> = anyPriceTerms.map((price) => {
  const rate = { ...price, prefix: "4", destination: "four", blocked: false, window: null };
  const rates = [{ ...rate, effectiveFrom: epochMs(0), effectiveTo: null }];
  return compileTariff({ tariffId: "any", number: 1, terms: tariffOf().terms, rates, derivation: null });
});

const anyAllowance: fc.Arbitrary<Allowance> = fc
  .record({
    key: fc.constantFrom("a", "b", "c"),
    quantity: fc.bigInt(1n, 400n),
    unit: fc.constantFrom("seconds" as const, "seconds" as const, "calls" as const, "amount" as const),
    priority: fc.integer({ min: 0, max: 2 }),
    cycle: fc.constantFrom(...CYCLES),
    rollover: fc.option(fc.record({ cycles: fc.integer({ min: 1, max: 3 }), cap: fc.option(fc.bigInt(0n, 500n)) })),
    paysConnectFee: fc.boolean(),
    accountIds: fc.constantFrom(new Set(["anna"]), new Set(["anna", "ben"])),
  })
  .map(({ key, quantity, ...more }) =>
    allowanceOf(key, more.unit === "amount" ? quantity * 1_000_000n : quantity, more),
  );

const anyTable: fc.Arbitrary<TierTable> = fc.constantFrom(
  tierTable("graduated", "seconds", "100 .06, 200 50%, - .01"),
  tierTable("graduated", "seconds", "90 10%"),
  tierTable("volume", "seconds", "100 .06, - .03"),
  tierTable("volume", "calls", "2 .20, 4 10%"),
  tierTable("graduated", "amount", "100000000 10%, 200000000 20%"),
  tierTable("volume", "amount", "300000000 0%, - 20%"),
);
const anyTiers: fc.Arbitrary<Tiers> = fc
  .record({
    key: fc.constantFrom("x", "y"),
    table: anyTable,
    priority: fc.integer({ min: 0, max: 2 }),
    cycle: fc.constantFrom("day" as const, "month" as const),
  })
  .map(({ key, table, ...more }) => tiersOf(key, table, more));

const distinct = <Thing extends { readonly key: string }>(things: readonly Thing[]): Thing[] => [
  ...new Map(things.map((thing) => [thing.key, thing])).values(),
];
const anyRules: fc.Arbitrary<PoolRules> = fc
  .record({
    allowances: fc.array(anyAllowance, { maxLength: 3 }).map(distinct),
    tiers: fc.array(anyTiers, { maxLength: 2 }).map(distinct),
  })
  .map(({ allowances, tiers }) => rulesOf({ allowances, tiers: tiers.toSorted((a, b) => a.priority - b.priority) }));

const anyCalls = fc.array(
  fc.record({
    minute: fc.integer({ min: 0, max: 31 * 1_440 - 1 }),
    talkedS: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constant(61)),
    by: fc.constantFrom("anna", "anna", "ben"),
  }),
  { maxLength: 14 },
);

const turns = (
  tariff: CompiledTariff,
  calls: readonly { minute: number; talkedS: number; by: string }[],
): CallInTurn[] =>
  calls
    .toSorted((a, b) => a.minute - b.minute)
    .map(({ minute, talkedS, by }) =>
      callOf(tariff, { to: "44", talkedS, by, answered: epochMs(MARCH + minute * 60_000) }),
    );

function fold(rules: PoolRules, calls: readonly CallInTurn[], start: PoolState = openFirstMonth(rules, MARCH)) {
  const counting = new MonthFold(rules, start);
  for (const call of calls) counting.price(call);
  const pricing = new MonthFold(rules, start, counting.totals);
  return { charges: calls.map((call) => pricing.price(call).charge), end: pricing.state, counted: counting.state };
}

test("no cumulative price ever changes a call's steps, and covered and paid seconds add up to them", () => {
  fc.assert(
    fc.property(anyTariff, anyRules, anyCalls, (tariff, rules, calls) => {
      const inTurn = turns(tariff, calls);
      for (const [index, charge] of fold(rules, inTurn).charges.entries()) {
        const call = inTurn[index]!;
        expect(charge.billedS).toBe(rateOpened(call.opening, call).billedS);
        const covered = charge.parts.reduce(
          (sum, part) => sum + (part.kind === "allowance" ? (part.seconds ?? 0) : 0),
          0,
        );
        expect(charge.coveredS).toBe(covered);
        const tiered = charge.parts.reduce((sum, part) => sum + (part.kind === "tier" ? (part.seconds ?? 0) : 0), 0);
        expect(covered + tiered <= charge.billedS).toBe(true);
      }
    }),
  );
});

test("without anything cumulative, the charge is that of the tariff", () => {
  fc.assert(
    fc.property(anyTariff, anyCalls, (tariff, calls) => {
      const inTurn = turns(tariff, calls);
      for (const [index, { parts, credited, ...charge }] of fold(rulesOf({}), inTurn).charges.entries()) {
        expect(charge).toEqual(rateOpened(inTurn[index]!.opening, inTurn[index]!));
        expect([parts.length, credited]).toEqual([0, 0n]);
      }
    }),
  );
});

test("accounts that share an allowance never use more of it than it holds", () => {
  fc.assert(
    fc.property(anyTariff, anyRules, anyCalls, (tariff, rules, calls) => {
      const once = rulesOf({ allowances: rules.allowances.map((one) => ({ ...one, cycle: "month", rollover: null })) });
      const { charges, end } = fold(once, turns(tariff, calls));
      for (const { key, unit, quantity } of once.allowances) {
        const parts = charges.flatMap((charge) =>
          charge.parts.filter((part) => part.kind === "allowance").filter((part) => part.key === key),
        );
        const used = parts.reduce((sum, part) => {
          if (unit === "calls") return sum + 1n;
          return sum + (unit === "amount" ? part.paid! : BigInt(part.seconds!));
        }, 0n);
        const granted = end.allowances.get(key);
        expect(used + (granted === undefined ? quantity : leftAt(granted, MARCH))).toBe(quantity);
      }
    }),
  );
});

test("cut at any call, with the state carried on as text, a month folds to the same charges", () => {
  fc.assert(
    fc.property(anyTariff, anyRules, anyCalls, fc.nat(14), (tariff, rules, calls, cut) => {
      const inTurn = turns(tariff, calls);
      const whole = new MonthFold(rules, openFirstMonth(rules, MARCH));
      const charges = inTurn.map((call) => whole.price(call).charge);
      const first = new MonthFold(rules, openFirstMonth(rules, MARCH));
      const before = inTurn.slice(0, cut).map((call) => first.price(call).charge);
      const second = new MonthFold(rules, poolStateFromText(poolStateToText(first.state)));
      const after = inTurn.slice(cut).map((call) => second.price(call).charge);
      expect([...before, ...after]).toEqual(charges);
      expect(poolStateToText(second.state)).toBe(poolStateToText(whole.state));
    }),
  );
});

test("counting a month first changes prices and no counts", () => {
  fc.assert(
    fc.property(anyTariff, anyRules, anyCalls, (tariff, rules, calls) => {
      const timeOnly = rulesOf({ ...rules, allowances: rules.allowances.filter(({ unit }) => unit !== "amount") });
      const { end, counted } = fold(timeOnly, turns(tariff, calls));
      expect(poolStateToText(end)).toBe(poolStateToText(counted));
    }),
  );
});

test("a month opens as if its allowances had been looked at all along", () => {
  fc.assert(
    fc.property(anyTariff, anyRules, anyCalls, (tariff, rules, calls) => {
      const april = monthAt("UTC", at("2026-04-02T00:00:00Z")).startAt;
      const { end } = fold(rules, turns(tariff, calls));
      const opened = openMonth(rules, end, april);
      for (const allowance of rules.allowances)
        expect(opened.allowances.get(allowance.key)).toEqual(
          grantedAt(allowance, "UTC", end.allowances.get(allowance.key), april),
        );
      expect(openMonth(rules, opened, april)).toEqual(opened);
      expect(openMonth(rulesOf({}), end, april)).toEqual(EMPTY_POOL);
    }),
  );
});
