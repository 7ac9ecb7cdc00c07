import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Nanos, NO_NANOS, nanos } from "../money/nanos.ts";
import { type Purse, spendable } from "./spendable.ts";

const amount = (units: number): Nanos => nanos(BigInt(units));

/** A prepaid account with 100 in its wallet and no limits. */
const PURSE: Purse = {
  payment: "prepaid",
  creditLimit: NO_NANOS,
  limits: { daySpend: null, monthSpend: null },
  wallet: amount(100),
  owed: NO_NANOS,
  spent: { day: NO_NANOS, month: NO_NANOS },
  othersHold: NO_NANOS,
};

test.each<[Partial<Purse>, bigint | null, string, string]>([
  // purse                                                available shortOf   why
  [{}, 100n, "balance", "a prepaid account has its wallet"],
  [{ creditLimit: amount(20) }, 120n, "balance", "and its credit"],
  [{ wallet: amount(-30), creditLimit: amount(20) }, -10n, "balance", "a wallet may be below its limit by an overrun"],
  [{ othersHold: amount(70) }, 30n, "balance", "what other sessions hold is theirs"],
  [{ owed: amount(50) }, 100n, "balance", "a prepaid account's open invoice of fees is not for its calls to pay"],
  [{ wallet: amount(9), whenCreditEnds: "refuse-calls", leastCost: amount(10) }, 9n, "balance", "not even the least"],
  [
    { wallet: amount(0), whenCreditEnds: "refuse-calls", leastCost: amount(0) },
    0n,
    "balance",
    "no money, no free call",
  ],
  [
    { wallet: amount(10), whenCreditEnds: "refuse-calls", leastCost: amount(10) },
    null,
    "spend",
    "a call begins and goes on",
  ],
  [{ wallet: amount(-9), whenCreditEnds: "refuse-calls", leastCost: null }, null, "spend", "it is up already"],
  [
    { wallet: amount(-9), whenCreditEnds: "go-on", leastCost: amount(10) },
    null,
    "spend",
    "nothing stops for its money",
  ],
  [
    { wallet: amount(-9), whenCreditEnds: "go-on", limits: { daySpend: amount(40), monthSpend: null } },
    40n,
    "spend",
    "limits hold all the same",
  ],
  [{ payment: "postpaid" }, null, "spend", "a postpaid account without a credit limit is trusted"],
  [{ payment: "postpaid", creditLimit: amount(80), owed: amount(50) }, 30n, "balance", "what is owed uses credit up"],
  [{ limits: { daySpend: amount(40), monthSpend: null } }, 40n, "spend", "a day's limit below the wallet"],
  [
    { limits: { daySpend: amount(40), monthSpend: amount(60) }, spent: { day: amount(5), month: amount(50) } },
    10n,
    "spend",
    "the lower of what is left of the day and of the month",
  ],
  [
    { payment: "postpaid", limits: { daySpend: null, monthSpend: amount(60) }, othersHold: amount(20) },
    40n,
    "spend",
    "limits hold for who is trusted, too, and count what is held",
  ],
  [
    { limits: { daySpend: amount(100), monthSpend: null } },
    100n,
    "balance",
    "of two that are equal, the balance says it",
  ],
  [
    {
      groups: [
        {
          limits: { daySpend: amount(50), monthSpend: null },
          spent: { day: amount(20), month: amount(20) },
          othersHold: amount(5),
        },
        {
          limits: { daySpend: null, monthSpend: amount(90) },
          spent: { day: amount(0), month: amount(10) },
          othersHold: amount(0),
        },
      ],
    },
    25n,
    "spend",
    "of several groups the one with the least left, less what is held there alone",
  ],
])("%o leaves %s, short of %s (%s)", (purse, available, shortOf) => {
  expect(spendable({ ...PURSE, ...purse })).toMatchObject({ available, shortOf });
});

describe("laws", () => {
  const anyAmount = fc.integer({ min: 0, max: 10_000 }).map(amount);
  const anyLimit = fc.option(anyAmount);
  const anyPurse: fc.Arbitrary<Purse> = fc.record({
    payment: fc.constantFrom("prepaid" as const, "postpaid" as const),
    creditLimit: anyAmount,
    limits: fc.record({ daySpend: anyLimit, monthSpend: anyLimit }),
    wallet: fc.integer({ min: -10_000, max: 10_000 }).map(amount),
    owed: fc.integer({ min: -10_000, max: 10_000 }).map(amount),
    spent: fc.record({ day: anyAmount, month: anyAmount }),
    othersHold: anyAmount,
  });

  test("what others hold is taken off unit by unit", () => {
    fc.assert(
      fc.property(anyPurse, anyAmount, (purse, more) => {
        const before = spendable(purse);
        const after = spendable({ ...purse, othersHold: nanos(purse.othersHold + more) });
        expect(after).toEqual({ ...before, available: before.available === null ? null : before.available - more });
      }),
    );
  });

  test("what is available may be spent: neither the balance nor a limit is passed by it", () => {
    fc.assert(
      fc.property(anyPurse, (purse) => {
        const { available } = spendable(purse);
        const { payment, creditLimit, limits, wallet, owed, spent, othersHold } = purse;
        if (available === null) {
          expect([payment, creditLimit, limits]).toEqual(["postpaid", 0n, { daySpend: null, monthSpend: null }]);
          return;
        }
        const held = othersHold + available;
        if (payment === "prepaid") expect(wallet - held >= -creditLimit).toBe(true);
        else if (creditLimit > 0n) expect(owed + held <= creditLimit).toBe(true);
        if (limits.daySpend !== null) expect(spent.day + held <= limits.daySpend).toBe(true);
        if (limits.monthSpend !== null) expect(spent.month + held <= limits.monthSpend).toBe(true);
      }),
    );
  });
});
