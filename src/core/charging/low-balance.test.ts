import fc from "fast-check";
import { expect, test } from "vitest";
import { type Nanos, nanos } from "../money/nanos.ts";
import { balanceOutlook, crossThresholds } from "./low-balance.ts";

const amounts = (...values: readonly number[]): Nanos[] => values.map((value) => nanos(BigInt(value)));

test.each<[readonly number[], readonly number[], readonly (readonly number[])[], string]>([
  // thresholds, balances in turn, warned of at each, why
  [[10], [12, 10, 9, 8, 3], [[], [], [10], [], []], "once, below it and not at it"],
  [[10, 5], [12, 9, 6, 4], [[], [10], [], [5]], "each threshold by itself"],
  [[5, 10], [12, 3], [[], [10, 5]], "both at once, the highest first, in whatever order they are given"],
  [[10], [9, 12, 9], [[10], [], [10]], "money came in: armed again"],
  [[10, 5], [3, 7, 4], [[10, 5], [], [5]], "money came in for the lower one alone"],
  [[], [-5], [[]], "nothing is to be warned of"],
  [[10], [-5, -9], [[10], []], "a balance below zero, on credit"],
])("thresholds %j, balances %j warn of %j (%s)", (thresholds, balances, expected) => {
  expect(warningsOf(amounts(...thresholds), amounts(...balances))).toEqual(expected.map((of) => amounts(...of)));
});

function warningsOf(thresholds: readonly Nanos[], balances: readonly Nanos[]): Nanos[][] {
  let belowBefore: Nanos | null = null;
  return balances.map((left) => {
    const { crossed, belowNow } = crossThresholds(thresholds, { left, belowBefore });
    belowBefore = belowNow;
    return [...crossed];
  });
}

const anyAmount = fc.bigInt({ min: -100n, max: 100n }).map(nanos);

test("a threshold is warned of as often as the balance falls below it, however often it is looked at", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyAmount, { maxLength: 4 }),
      fc.array(anyAmount, { maxLength: 30 }),
      (thresholds, balances) => {
        const looked = balances.flatMap((balance) => [balance, balance]);
        const warnings = warningsOf(thresholds, looked).flat();
        for (const threshold of thresholds) {
          const isBelow = balances.map((balance) => balance < threshold);
          const falls = isBelow.filter((below, index) => below && !isBelow[index - 1]).length;
          expect(warnings.filter((warned) => warned === threshold)).toHaveLength(falls);
        }
      },
    ),
  );
});

const perSecond = (price: bigint) => (talkedS: number) => nanos(price * BigInt(talkedS));

test.each<[readonly number[], number, number, number, object, string]>([
  // thresholds, left, usedS, talkS, outlook, why
  [[100], 1_000, 0, 1_000, { isLow: false, lowAtS: 901 }, "the second after which less than 100 is left"],
  [[100], 1_000, 0, 900, { isLow: false, lowAtS: null }, "the grant ends with 100: not below it"],
  [[100], 500, 60, 560, { isLow: false, lowAtS: 461 }, "from what is left at the 60th second on"],
  [[100], 99, 0, 50, { isLow: true, lowAtS: null }, "low already"],
  [[100, 10], 50, 0, 50, { isLow: true, lowAtS: 41 }, "low already, and the next threshold is crossed in this grant"],
  [[], 50, 0, 50, { isLow: false, lowAtS: null }, "nothing is to be warned of"],
])("thresholds %j with %i left at %i s, granted to %i s: %j (%s)", (thresholds, left, usedS, talkS, outlook) => {
  const call = { left: nanos(BigInt(left)), usedS, talkS };
  expect(balanceOutlook(amounts(...thresholds), { costOf: perSecond(1n) }, call)).toEqual(outlook);
});

test("a balance is above the threshold the second before it is said to fall below it, and below it then", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 500n }).map(nanos),
      fc.bigInt({ min: 0n, max: 1_000n }).map(nanos),
      fc.bigInt({ min: 0n, max: 5n }),
      fc.nat(200),
      fc.nat(400),
      (threshold, left, price, usedS, moreS) => {
        const talkS = usedS + moreS;
        const costOf = perSecond(price);
        const leftAt = (talkedS: number) => left - costOf(talkedS) + costOf(usedS);
        const { isLow, lowAtS } = balanceOutlook([threshold], { costOf }, { left, usedS, talkS });
        expect(isLow).toBe(left < threshold);
        if (lowAtS === null) expect(isLow || leftAt(talkS) >= threshold).toBe(true);
        else {
          expect(leftAt(lowAtS) < threshold && leftAt(lowAtS - 1) >= threshold).toBe(true);
          expect(lowAtS > usedS && lowAtS <= talkS).toBe(true);
        }
      },
    ),
  );
});
