import fc from "fast-check";
import { expect, test } from "vitest";
import { nanos } from "../money/nanos.ts";
import { walletDraw } from "./wallet-draw.ts";

test.each<[bigint, bigint, bigint, bigint, bigint, bigint, string]>([
  // amount balance limit overrun  wallet overrun  why
  [10n, 25n, 0n, 0n, 10n, 0n, "the wallet covers it"],
  [25n, 25n, 0n, 0n, 25n, 0n, "down to exactly nothing"],
  [26n, 25n, 0n, 0n, 25n, 1n, "one nano too little"],
  [26n, 25n, 5n, 0n, 26n, 0n, "into the credit limit"],
  [31n, 25n, 5n, 0n, 30n, 1n, "beyond the credit limit"],
  [10n, -5n, 5n, 7n, 0n, 10n, "already at the limit"],
  [10n, -9n, 5n, 0n, 0n, 10n, "a limit lowered after the fact takes nothing and gives nothing"],
  [0n, 0n, 0n, 0n, 0n, 0n, "a free call"],
  [-10n, 0n, 0n, 0n, -10n, 0n, "money back to the wallet"],
  [-10n, 0n, 0n, 4n, -6n, -4n, "overrun is forgiven before money goes back"],
  [-10n, 0n, 0n, 40n, 0n, -10n, "nothing of it was ever paid"],
  [10n, 25n, 0n, 7n, 17n, -7n, "what was overrun while others held the money is covered once it is free"],
  [10n, 12n, 0n, 7n, 12n, -2n, "as far as there is money"],
  [-10n, 3n, 0n, 14n, 3n, -13n, "money back pays overrun, and the wallet the rest of it"],
])(
  "%i of balance %i, limit %i, overrun %i: wallet and overrun (last column: why)",
  (amount, balance, limit, overrun, ...rest) => {
    const [wallet, beyond] = rest;
    const drawn = walletDraw(nanos(amount), { balance: nanos(balance), limit: nanos(limit), overrun: nanos(overrun) });
    expect(drawn).toEqual({ wallet, overrun: beyond });
  },
);

const anyAmount = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
const anyCredit = fc.bigInt({ min: 0n, max: 10n ** 18n });

test("the two parts are the charge, and a wallet within its limit stays within it", () => {
  fc.assert(
    fc.property(anyAmount, anyAmount, anyCredit, anyCredit, (amount, balance, limit, overrun) => {
      const state = { balance: nanos(balance), limit: nanos(limit), overrun: nanos(overrun) };
      const drawn = walletDraw(nanos(amount), state);
      expect(drawn.wallet + drawn.overrun).toBe(amount);
      expect(overrun + drawn.overrun >= 0n).toBe(true);
      if (balance >= -limit) expect(balance - drawn.wallet >= -limit).toBe(true);
    }),
  );
});

test("a charge taken back from a wallet without overrun restores it", () => {
  fc.assert(
    fc.property(anyCredit, anyCredit, anyCredit, (amount, balance, limit) => {
      const before = { balance: nanos(balance), limit: nanos(limit), overrun: nanos(0n) };
      const drawn = walletDraw(nanos(amount), before);
      const after = { ...before, balance: nanos(balance - drawn.wallet), overrun: drawn.overrun };
      const back = walletDraw(nanos(-amount), after);
      expect([back.wallet + drawn.wallet, back.overrun + drawn.overrun]).toEqual([0n, 0n]);
    }),
  );
});

test.each<[bigint, bigint, bigint, bigint, bigint, string]>([
  // amount held released wallet overrun  why
  [50n, 90n, 0n, 30n, 20n, "what live sessions hold is left to them"],
  [50n, 90n, 10n, 30n, 20n, "what ends has its own hold, which is a part of what is free"],
  [50n, 150n, 0n, 0n, 50n, "nothing is free"],
  [50n, 150n, 60n, 50n, 0n, "sessions hold more than there is: the one that ends first takes what it held"],
  [70n, 150n, 60n, 60n, 10n, "and no more than that"],
  [150n, 150n, 200n, 120n, 30n, "nor more than there is"],
])("%i with %i held by others and %i by itself: wallet and overrun (last column: why)", (amount, held, ...rest) => {
  const [released, wallet, overrun] = rest;
  const money = { balance: nanos(100n), limit: nanos(20n), overrun: nanos(0n) };
  const drawn = walletDraw(nanos(amount), { ...money, held: nanos(held), released: nanos(released) });
  expect(drawn).toEqual({ wallet, overrun });
});

test("what others hold is left to them, unless together they hold more than there is; overrun is never for free money", () => {
  fc.assert(
    fc.property(
      anyAmount,
      anyAmount,
      fc.tuple(anyCredit, anyCredit, anyCredit),
      anyCredit,
      (amount, balance, ...own) => {
        const [[limit, overrun, released], held] = own;
        const money = { balance: nanos(balance), limit: nanos(limit), overrun: nanos(overrun) };
        const drawn = walletDraw(nanos(amount), { ...money, held: nanos(held), released: nanos(released) });
        const left = balance + limit - drawn.wallet;
        if (drawn.wallet > 0n && released + held <= balance + limit) expect(left >= held).toBe(true);
        if (overrun + drawn.overrun > 0n) expect(left <= held).toBe(true);
      },
    ),
  );
});
