import { expect, test } from "vitest";
import {
  ANY_CALL,
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
import { nanosToSql } from "../money/nanos.ts";
import { MonthFold } from "./month-fold.ts";
import type { PoolRules } from "./pool-rules.ts";

const MARCH = at("2026-03-01T00:00:00Z");
const NOON = at("2026-03-10T12:00:00Z");
const TARIFF = tariffOf(
  "441 .06/60 60/60",
  "442 .06/60 60/60 .02",
  "443 .10/1 1/1 .01",
  "445 .06/60 1/1",
  "49 .01/60 1/1",
  "47 .10/1 1/1",
  "48 .10/1 1/1",
);

/** "441 61, 441 61": prefix and talk time of calls at noon, one after the other. */
function priced(rules: PoolRules, calls: string): string {
  const fold = new MonthFold(rules, openFirstMonth(rules, MARCH));
  return calls
    .split(", ")
    .map((text) => {
      const [to = "", talkedS = ""] = text.split(" ");
      const { charge } = fold.price(callOf(TARIFF, { to: `${to}0000`, talkedS: Number(talkedS), answered: NOON }));
      const paidBy = charge.parts.map((part) => {
        if (part.kind === "surcharge") return `${part.name} ${nanosToSql(part.amount)}`;
        if (part.kind === "tier") return `${part.key} ${part.step}${part.seconds === null ? "" : `:${part.seconds}`}`;
        return `${part.key} ${part.seconds ?? nanosToSql(part.paid!)}`;
      });
      const amount = nanosToSql(charge.amount);
      return [amount, ...(charge.credited > 0n ? [`-${nanosToSql(charge.credited)}`] : []), ...paidBy].join(" ");
    })
    .join(", ");
}

const europe = { ...ANY_CALL, prefixes: ["44", "49"], except: ["441"] };
const minutes = (key: string, seconds: bigint, more = {}) => allowanceOf(key, seconds, more);

/** So much free money for numbers that begin with a prefix. */
const money = (key: string, amount: string, priority: number, ...prefixes: string[]) =>
  allowanceOf(key, amountOf(amount), { unit: "amount", priority, scope: { ...ANY_CALL, prefixes } });

test.each<[string, PoolRules, string, string]>([
  // calls           rules                                             priced                         why
  ["441 61", rulesOf({ allowances: [minutes("free", 60n)] }), "0.06 free 60", "rule 6: split, never all or nothing"],
  [
    "441 61",
    rulesOf({ allowances: [minutes("free", 30n)] }),
    "0.09 free 30",
    "increments count from the start: 120 - 30",
  ],
  ["443 49", rulesOf({ allowances: [minutes("free", 40n)] }), "0.91 free 40", "24: 40 s of the package, .01, 9 × .10"],
  ["442 45", rulesOf({ allowances: [minutes("free", 3600n)] }), "0 free 60", "covered whole: no connection fee"],
  [
    "442 45",
    rulesOf({ allowances: [minutes("free", 3600n, { paysConnectFee: true })] }),
    "0.02 free 60",
    "unless the allowance says so",
  ],
  ["441 0, 441 61", rulesOf({ allowances: [minutes("free", 60n)] }), "0, 0.06 free 60", "unanswered uses nothing"],
  [
    "441 61, 441 61",
    rulesOf({ allowances: [minutes("b", 90n, { priority: 1 }), minutes("a", 60n, { priority: 2 })] }),
    "0 b 90 a 30, 0.09 a 30",
    "the lowest priority goes first, the next one goes on in the same call",
  ],
  [
    "441 61, 445 61",
    rulesOf({ allowances: [minutes("free", 600n, { scope: europe })] }),
    "0.12, 0 free 61",
    "one group of numbers, and the longer exception",
  ],
  [
    "445 10, 445 10, 445 10",
    rulesOf({ allowances: [allowanceOf("calls", 2n, { unit: "calls" })] }),
    "0 calls 10, 0 calls 10, 0.01",
    "free calls cover whole calls",
  ],
  [
    "443 9, 443 9",
    rulesOf({ allowances: [allowanceOf("money", amountOf("1"), { unit: "amount" })] }),
    "0.91 -0.91 money 0.91, 0.91 -0.09 money 0.09",
    "free money pays of the amount, as far as it goes",
  ],
  [
    "47 360, 48 155",
    rulesOf({
      allowances: [
        ...[money("49 all", "10", 49), money("49 b", "10", 49, "47"), money("49 c", "10", 49, "48")],
        ...[money("50 all", "10", 50), money("50 b", "10", 50, "47"), money("50 c", "10", 50, "48")],
      ],
    }),
    "36 -36 49 all 10 49 b 10 50 all 10 50 b 6, 15.5 -15.5 49 c 10 50 c 5.5",
    "W1: 36.00 and 15.50 from purses for all and for one of them",
  ],
  [
    "47 500, 47 600",
    rulesOf({ allowances: [money("granted", "30", 1), money("purchased", "70", 1)] }),
    "50 -50 granted 30 purchased 20, 60 -50 purchased 50",
    "W4: of equal priority in order, and what exceeds them is owed",
  ],
  [
    "445 90, 445 60",
    rulesOf({ tiers: [tiersOf("t", tierTable("graduated", "seconds", "60 .06, - .03"))] }),
    "0.075 t 1:60 t 2:30, 0.03 t 2:60",
    "graduated: split inside a call",
  ],
  [
    "445 90, 445 60",
    rulesOf({ tiers: [tiersOf("t", tierTable("volume", "seconds", "100 .06, - .03"))] }),
    "0.09 t 1:90, 0.03 t 2:60",
    "volume: by what was used so far",
  ],
  [
    "445 120",
    rulesOf({
      allowances: [minutes("free", 30n)],
      tiers: [tiersOf("t", tierTable("graduated", "seconds", "60 50%"))],
    }),
    "0.06 free 30 t 1:60",
    "allowance, then 60 s at half, then 30 s at the tariff's price",
  ],
  [
    "445 60, 445 60",
    rulesOf({ tiers: [tiersOf("t", tierTable("graduated", "calls", "1 .20"))] }),
    "0.2 t 1, 0.06",
    "a price a call, and the tariff's beyond the last step",
  ],
  [
    "443 9, 443 9",
    rulesOf({ tiers: [tiersOf("t", tierTable("graduated", "amount", "1000000000 0%, - 50%"))] }),
    "0.91 t 1, 0.5 t 1 t 2",
    "after 1.00 half the price: .09 in full, .82 at half",
  ],
  [
    "445 60, 49 60",
    rulesOf({
      tiers: [
        tiersOf("promo", tierTable("graduated", "seconds", "60 100%"), { priority: 1, cycle: "once" }),
        tiersOf("t", tierTable("graduated", "seconds", "- .03"), { priority: 2 }),
      ],
    }),
    "0 promo 1:60, 0.03 t 1:60",
    "a promotion to its cap, then the tiers",
  ],
])("%s: %# (%s)", (calls, rules, expected) => {
  expect(priced(rules, calls)).toBe(expected);
});

test("with the totals of a first pass, a volume step holds from the first call on", () => {
  const rules = rulesOf({ tiers: [tiersOf("t", tierTable("volume", "seconds", "100 .06, - .03"))] });
  const calls = [90, 60].map((talkedS, index) =>
    callOf(TARIFF, { to: "4450000", talkedS, answered: at(`2026-03-10T12:0${index}:00Z`) }),
  );
  const first = new MonthFold(rules, openFirstMonth(rules, MARCH));
  expect(calls.map((call) => first.price(call).repricesEarlier)).toEqual([false, true]);
  const second = new MonthFold(rules, openFirstMonth(rules, MARCH), first.totals);
  expect(calls.map((call) => nanosToSql(second.price(call).charge.amount))).toEqual(["0.045", "0.03"]);
});

test("a rate is shown where one holds for all paid seconds", () => {
  const fold = (rules: PoolRules, talkedS: number) =>
    new MonthFold(rules, openFirstMonth(rules, MARCH)).price(
      callOf(TARIFF, { to: "4450000", talkedS, answered: NOON }),
    );
  const rules = rulesOf({ tiers: [tiersOf("t", tierTable("graduated", "seconds", "60 10%, - .03"))] });
  expect(fold(rules, 60).charge.ratePerMinute).toBe("0.054");
  expect(fold(rules, 61).charge.ratePerMinute).toBeNull();
});
