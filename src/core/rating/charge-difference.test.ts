import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Currency } from "../money/currency.ts";
import { nanos } from "../money/nanos.ts";
import { chargeDifference, type SideCharge, sameDescription, sameMoney } from "./charge-difference.ts";

const EUR = "EUR" as Currency;
const USD = "USD" as Currency;

const anyCharge: fc.Arbitrary<SideCharge> = fc.record({
  side: fc.constantFrom("cost", "reseller", "customer"),
  accountId: fc.constantFrom("a", "b"),
  amount: fc.bigInt({ min: 0n, max: 3n }).map(nanos),
  currency: fc.constantFrom(EUR, USD),
  converted: fc.option(
    fc.record({ tariffAmount: fc.bigInt({ min: 0n, max: 1n }).map(nanos), tariffCurrency: fc.constant(USD) }),
  ),
});
const anyCharges = fc.array(anyCharge, { maxLength: 6 });

/** Sums by who pays what. */
function sums(charges: readonly SideCharge[]): ReadonlyMap<string, bigint> {
  const byPayer = new Map<string, bigint>();
  for (const { side, accountId, currency, amount } of charges) {
    const key = `${side} ${accountId} ${currency}`;
    byPayer.set(key, (byPayer.get(key) ?? 0n) + amount);
  }
  return new Map([...byPayer].filter(([, amount]) => amount !== 0n).sort());
}

const inForce = (charges: readonly SideCharge[]) => charges.map((charge, entryNo) => ({ entryNo, charge }));

describe("the difference between what is charged and what should be", () => {
  test("makes up for it: what is charged − what is reversed + what is charged anew = what should be", () => {
    fc.assert(
      fc.property(anyCharges, anyCharges, (charged, due) => {
        const difference = chargeDifference(inForce(charged), due, sameMoney);
        const reversed = difference.reversed.map(({ charge }) => ({ ...charge, amount: nanos(-charge.amount) }));
        expect(sums([...charged, ...reversed, ...difference.charged])).toEqual(sums(due));
      }),
    );
  });

  test("is nothing once it was made up for, and nothing between equals in any order", () => {
    fc.assert(
      fc.property(
        anyCharges.chain((due) => fc.tuple(fc.constant(due), fc.shuffledSubarray(due, { minLength: due.length }))),
        ([due, shuffled]) => {
          expect(chargeDifference(inForce(shuffled), due, sameMoney)).toEqual({ reversed: [], charged: [] });
        },
      ),
    );
  });

  test("leaves alone every charge that has its like", () => {
    fc.assert(
      fc.property(anyCharges, anyCharges, (charged, due) => {
        const { reversed, charged: anew } = chargeDifference(inForce(charged), due, sameMoney);
        for (const { charge } of reversed) expect(anew.some((one) => sameMoney(charge, one))).toBe(false);
        expect(charged.length - reversed.length).toBe(due.length - anew.length);
      }),
    );
  });
});

test("a charge that only reads differently is another only where descriptions count", () => {
  const charge = {
    ...({ side: "customer", accountId: "a", amount: nanos(1n), currency: EUR, converted: null } as const),
    ...{ prefix: "49", destination: "Germany", rate: "0.06", connectFee: null, billedS: 60 },
  };
  const renamed = { ...charge, destination: "Germany fixed" };
  expect([sameMoney(charge, renamed), sameDescription(charge, renamed)]).toEqual([true, false]);
  expect(sameDescription(charge, { ...charge })).toBe(true);
});
