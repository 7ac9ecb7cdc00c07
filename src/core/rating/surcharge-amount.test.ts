import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyAnsweredAt, anyCalled, anyTariffVersion } from "../../../test/support/any-rating.ts";
import {
  ANY_CALL,
  allowanceOf,
  amountOf,
  callOf,
  rulesOf,
  tiersOf,
  tierTable,
} from "../../../test/support/pool-calls.ts";
import { openMonth } from "../allowance/month-fold.ts";
import type { PoolRules } from "../allowance/pool-rules.ts";
import { EMPTY_POOL } from "../allowance/pool-state.ts";
import { priceInTurn } from "../allowance/price-in-turn.ts";
import { parseCurrency } from "../money/currency.ts";
import { parseDecimal, ZERO } from "../money/decimal.ts";
import { type Nanos, nanos, nanosToSql } from "../money/nanos.ts";
import { compileTariff } from "../tariff/compiled-tariff.ts";
import type { Increments } from "../tariff/rate.ts";
import type { Surcharge, TariffTerms } from "../tariff/tariff.ts";
import { epochMs } from "../time/epoch.ts";
import { explainCall } from "./explain.ts";
import { meterSlice } from "./meter.ts";
import { type Opening, openCall } from "./opening.ts";
import { rateExactly, rateOpened } from "./rate-call.ts";
import { longestTalk } from "./talk-time.ts";

fc.configureGlobal({ seed: 42 });

const ANYWHERE = {
  ...{ called: [], origins: [], ingressTrunks: [], egressTrunks: [], window: null },
  ...{ effectiveFrom: epochMs(0), effectiveTo: null },
};

const surcharge = (name: string, perCall: string, perMinute: string, increments: string | null = null): Surcharge => ({
  ...{ name, perCall, perMinute, ...ANYWHERE },
  increments: increments === null ? null : stepsOf(increments),
});

const stepsOf = (text: string): Increments => {
  const [firstS = 0, nextS = 0] = text.split("/").map(Number);
  return { firstS, nextS };
};

/** "a 0.01 0.05 60/60, b 0 0.1": name, a call, a minute, steps of its own. */
const surchargesOf = (text: string): Surcharge[] =>
  text.split(", ").map((one) => {
    const [name = "", perCall = "", perMinute = "", steps = null] = one.split(" ");
    return surcharge(name, perCall, perMinute, steps);
  });

/**
 * One rate for all numbers, to 4 decimals, half up, next steps counted from the end of the first: "0.06 30/6 fee=0.02".
 */
function tariffOf(rate: string, ...surcharges: Surcharge[]) {
  const terms: TariffTerms = {
    ...{ currency: parseCurrency("EUR")!, timeZone: "UTC", incrementBase: "after-initial", decimals: 4 },
    ...{ rounding: "half-up", windowCrossing: "split", reprice: "at-answer", windows: [], surcharges },
  };
  const [perMinute = "", steps = ""] = rate.split(" ");
  const amount = (name: string) => parseDecimal(new RegExp(`${name}=(\\S+)`).exec(rate)?.[1] ?? "");
  const price = {
    ...{
      prefix: "",
      destination: "World",
      blocked: false,
      ratePerUnit: parseDecimal(perMinute)!,
      unitS: 60,
      slots: [],
    },
    ...{ increments: stepsOf(steps), connectFee: amount("fee") ?? ZERO, minimumS: 0, window: null },
    freeS: Number(amount("free")?.units ?? 0n),
    ...{ minimumCost: amount("least") ?? null, maximumCost: amount("most") ?? null },
    ...{ effectiveFrom: epochMs(0), effectiveTo: null },
  };
  return compileTariff({ tariffId: "t", number: 1, terms, rates: [price], derivation: null });
}

const opened = (tariff: ReturnType<typeof tariffOf>) => {
  const opening = openCall(tariff, "4930901820" as Opening["called"], epochMs(1));
  if (opening.kind !== "open") throw new Error("the rate is for all numbers");
  return opening;
};

// biome-ignore format: a table reads by its columns
test.each<[string, string, number, string, string]>([
  // rate                    surcharges               talked  charged                      why
  ["0.06 1/1",               "a 0.01 0",                  60, "0.07 a 0.01",               "per call"],
  ["0.06 1/1",               "a 0.01 0",                   0, "0",                         "no talk, no surcharge"],
  ["0.06 30/6",              "a 0 0.1",                   31, "0.096 a 0.06 36s",          "by the seconds billed: 30 + 6"],
  ["0.06 30/6",              "a 0 0.1 60/60",             61, "0.266 a 0.2 120s",          "by its own steps; billed 66 s"],
  ["0.06 1/1",               "a 0.01 0.06 6/6",           61, "0.137 a 0.076 66s",         "both in one: .01 + 66 × .001"],
  ["0.06 1/1",               "a 0 0.01, b 0.02 0",        90, "0.125 a 0.015 90s b 0.02",  "several add up"],
  ["0.0001 1/1",             "a 0 0.0001, b 0.0001 0",    30, "0.0003 a 0.0001 30s b 0.0001", "rounded by itself: .00005"],
  ["0.06 1/1 free=60",       "a 0.01 0.3",                90, "0.19 a 0.16 30s",           "none on what is given away"],
  ["0.06 1/1 free=60",       "a 0.01 0.3",                60, "0.01 a 0.01 0s",            "within it there was a call"],
  ["0.06 1/1 fee=0.5 most=0.2", "a 1 0",                  60, "1.2 a 1",                   "the most is the rate's price's"],
  ["0.06 1/1 least=0.1",     "a 1 0",                     60, "1.1 a 1",                   "and so is the least"],
])("%s with %s for %i s costs %s (%#: %s)", (rate, surcharges, talkedS, expected) => {
  const opening = opened(tariffOf(rate, ...surchargesOf(surcharges)));
  const charge = rateOpened(opening, { talkedS });
  const parts = charge.surcharges.map(({ name, seconds, amount }) => {
    return ` ${name} ${nanosToSql(amount)}${seconds === null ? "" : ` ${seconds}s`}`;
  });
  expect(`${nanosToSql(charge.amount)}${parts.join("")}`).toBe(expected);
});

test("rule 5: the talk time for a balance counts surcharges", () => {
  const talkOf = (balance: string, ...surcharges: Surcharge[]) => {
    const tariff = tariffOf("0.06 60/60 fee=0.02", ...surcharges);
    const call = { called: "4930901820" as Opening["called"], answeredAt: epochMs(1), capS: 3_600 };
    const answer = longestTalk({ tariff, balance: amountOf(balance) }, call);
    return answer.kind === "talk-time" ? answer.talkS : answer.kind;
  };
  expect(talkOf("0.16")).toBe(120); // .02 + 2 × .06 = .14; a third minute makes .20
  expect(talkOf("0.16", surcharge("a", "0.01", "0.02"))).toBe(60); // .02 + .06 + .01 + .02 = .11; two: .19
  expect(talkOf("0.10", surcharge("a", "0.01", "0.02"))).toBe(0);
});

describe("beside packages", () => {
  const tariff = tariffOf("0.06 1/1 fee=0.02", surcharge("a", "0.01", "0.03"));
  const inTurn = (rules: PoolRules, talkedS: number) => {
    const answered = epochMs(Date.UTC(2026, 2, 10));
    const state = openMonth(rules, EMPTY_POOL, epochMs(Date.UTC(2026, 2, 1)));
    const { charge } = priceInTurn(rules, state, callOf(tariff, { to: "4930901820", talkedS, answered }));
    const parts = charge.parts.map((part) => (part.kind === "surcharge" ? nanosToSql(part.amount) : part.key));
    return [nanosToSql(charge.amount), ...parts].join(" ");
  };
  const free = (key: string, seconds: bigint, more = {}) => allowanceOf(key, seconds, { scope: ANY_CALL, ...more });
  const waived = { waivesSurcharges: true as const };
  test.each<[string, PoolRules, number, string]>([
    ["0.04 free 0.04", rulesOf({ allowances: [free("free", 60n)] }), 60, "covered seconds still owe surcharges"],
    ["0 free", rulesOf({ allowances: [free("free", 60n, waived)] }), 60, "unless the allowance waives them"],
    // 20 × .001 + .02, and .01 + 80 × .0005
    ["0.09 free 0.05", rulesOf({ allowances: [free("free", 60n, waived)] }), 80, "but not of a call it covers in part"],
    [
      "0.04 a b 0.04",
      rulesOf({ allowances: [free("a", 30n, waived), free("b", 30n)] }),
      60,
      "all allowances that cover it must say so",
    ],
    [
      "0.07 calls 0.04",
      rulesOf({ tiers: [tiersOf("calls", tierTable("graduated", "calls", "- .03"))] }),
      60,
      "a price a call: surcharges on top",
    ],
  ])("%s (%#: %s)", (expected, rules, talkedS) => {
    expect(inTurn(rules, talkedS)).toBe(expected);
  });
});

describe("laws", () => {
  const anyMoney = fc.integer({ min: 0, max: 99_999 }).map((units) => `${units / 1_000}`.replace(/e.*/, ""));
  const anySurcharge = fc
    .record({
      name: fc.constantFrom("a", "b", "c"),
      ...{ perCall: anyMoney, perMinute: anyMoney },
      increments: fc.option(fc.constantFrom(stepsOf("1/1"), stepsOf("30/6"), stepsOf("60/60"))),
      called: fc.constantFrom<string[][]>([], ["4"], ["44", "9"]),
    })
    .map((one): Surcharge => ({ ...ANYWHERE, ...one }));
  const anyOpened = fc
    .tuple(anyTariffVersion, fc.array(anySurcharge, { maxLength: 4 }), anyCalled, anyAnsweredAt)
    .map(([version, surcharges, called, answeredAt]) => {
      const open = (terms: TariffTerms) => openCall(compileTariff({ ...version, terms }), called, answeredAt);
      return { opening: open({ ...version.terms, surcharges }), without: open(version.terms), called, answeredAt };
    })
    .filter(
      (one): one is typeof one & { opening: Opening; without: Opening } =>
        one.opening.kind === "open" && one.without.kind === "open",
    );
  const anyTalkedS = fc.integer({ min: 0, max: 900 });
  const sum = (amounts: readonly Nanos[]) => amounts.reduce((total: bigint, amount) => total + amount, 0n);

  test("the price without surcharges and the surcharges are the amount, on every path", () => {
    fc.assert(
      fc.property(anyOpened, anyTalkedS, ({ opening, without, called, answeredAt }, talkedS) => {
        const charge = rateOpened(opening, { talkedS });
        const plain = rateOpened(without, { talkedS });
        expect(charge.amount).toBe(plain.amount + sum(charge.surcharges.map(({ amount }) => amount)));
        expect({ ...charge, amount: plain.amount, surcharges: [] }).toEqual(plain);
        expect(new Set(charge.surcharges.map(({ name }) => name)).size).toBe(charge.surcharges.length);
        expect(rateExactly(opening, { talkedS })).toEqual(charge);
        const explained = explainCall(opening.tariff, { called, answeredAt, talkedS });
        expect(explained.kind === "rated" && explained.charge.amount).toBe(charge.amount);
      }),
      { numRuns: 500 },
    );
  });

  test("slices of any size end at the charge of the whole call; a longer call never costs less", () => {
    fc.assert(
      fc.property(anyOpened, anyTalkedS, fc.integer({ min: 1, max: 300 }), ({ opening }, talkedS, sliceS) => {
        const first = meterSlice(opening, null, { talkedS: Math.min(talkedS, sliceS) });
        const whole = meterSlice(opening, first.reading, { talkedS });
        expect(whole.charge).toEqual(rateOpened(opening, { talkedS }));
        expect(rateOpened(opening, { talkedS: talkedS + sliceS }).amount >= whole.charge.amount).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("the talk time for a balance is paid by it, and a second more is not", () => {
    const anyBalance = fc.bigInt(0n, 300n * 10n ** 9n);
    fc.assert(
      fc.property(anyOpened, anyBalance, ({ opening, called, answeredAt }, balance) => {
        const answer = longestTalk(
          { tariff: opening.tariff, balance: nanos(balance) },
          { called, answeredAt, capS: 900 },
        );
        if (answer.kind !== "talk-time") throw new Error("what is rated has a talk time");
        expect(answer.charge.amount <= balance).toBe(true);
        if (answer.limitedBy !== "balance") return;
        expect(rateOpened(opening, { talkedS: answer.talkS + 1 }).amount > balance).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
