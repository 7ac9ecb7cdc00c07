import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDecimal } from "../money/decimal.ts";
import { addFraction, compareFraction, type Fraction, formatFraction, NO_FRACTION } from "../money/fraction.ts";
import { NO_NANOS, nanosFromDecimal } from "../money/nanos.ts";
import { type TierTable, tierFees, tierShares, unitAmount } from "./tier.ts";

/** "100 2+10, 200 1, - 0.5+50": where each step ends, its price a unit, and its fee. */
function table(mode: TierTable["mode"], by: TierTable["by"], text: string): TierTable {
  const steps = text.split(", ").map((step) => {
    const [upTo = "", price = ""] = step.split(" ");
    const [perUnit = "", fee = "0"] = price.split("+");
    const flatFee = nanosFromDecimal(parseDecimal(fee)!, "down");
    return { upTo: upTo === "-" ? null : BigInt(upTo), price: unit(perUnit), flatFee };
  });
  return { by, mode, steps };
}

const unit = (text: string) => ({ kind: "unit" as const, perUnit: parseDecimal(text)! });
/** Minutes as the whole seconds that tiers count. */
const minutes = (text: string) => BigInt(Math.floor(Number(text) * 60));

const T1 = table("graduated", "calls", "10 10+2, 20 5+3, - 5+3");
const T2 = table("volume", "seconds", "6000 2+10, 12000 1, - 0.5+50");
const ALL = table("graduated", "calls", "10 1.5, 110 1, 1110 0.5");
const TOP = table("volume", "calls", "10 1.5, 110 1, 1110 0.5");
const T13 = table("graduated", "calls", "5 0+100, 10 0+50, 15 5, - 1");

/** What a period's total costs, fees included: how a price list is checked by hand. */
function tieredAmount(tiers: TierTable, total: bigint): Fraction {
  let amount: Fraction = { numerator: tierFees(tiers, total), denominator: 1_000_000_000n };
  for (const { step, quantity } of tierShares(tiers, { before: 0n, quantity: total, total })) {
    const price = tiers.steps[step!]!.price;
    if (price.kind !== "unit") throw new Error("the vectors have prices a unit");
    amount = addFraction(amount, unitAmount(tiers.by, price.perUnit, quantity));
  }
  return amount;
}

test.each<[string, TierTable, bigint, string, string]>([
  // row    table  total            amount   why
  ["T1", T1, 0n, "2", "nothing used: the fee of the first step alone"],
  ["T1", T1, 1n, "12", "one unit and the first fee"],
  ["T1", T1, 10n, "102", "the end of a step belongs to it"],
  ["T1", T1, 11n, "110", "the next step brings its fee"],
  ["T1", T1, 12n, "115", "and its own price"],
  ["T2", T2, minutes("0"), "10", "the fee of the first step"],
  ["T2", T2, minutes("1"), "12", "one minute"],
  ["T2", T2, minutes("100"), "210", "the end of a step belongs to it"],
  ["T2", T2, minutes("100.5"), "201/2", "half a minute more: all of it at the next price, and no fee"],
  ["T2", T2, minutes("101"), "101", "all at 1"],
  ["T2", T2, minutes("200"), "200", "all at 1, up to the end"],
  ["T2", T2, minutes("300"), "200", "all at .5 and the fee of the last step"],
  ["T7", ALL, 111n, "231/2", "ALL_TIERS: 15 + 100 + 0.5"],
  ["T7", TOP, 111n, "111/2", "TOP_TIER: all at the price of the last step reached"],
  ["T13", T13, 22n, "182", "two steps of a fee alone: 100 + 50 + 25 + 7"],
])("%s: %# comes to the public vector's amount", (_row, tiers, total, amount) => {
  expect(formatFraction(tieredAmount(tiers, total))).toBe(amount);
});

const anyTable = (mode: TierTable["mode"]): fc.Arbitrary<TierTable> =>
  fc.record({
    by: fc.constantFrom("seconds" as const, "calls" as const),
    mode: fc.constant(mode),
    steps: fc
      .tuple(
        fc.array(fc.record({ size: fc.bigInt(1n, 50n), units: fc.bigInt(0n, 99n) }), { maxLength: 4 }),
        fc.bigInt(0n, 99n),
      )
      .map(([sizes, last]) => {
        let end = 0n;
        const steps = sizes.map(({ size, units }) => {
          end += size;
          return { upTo: end, price: { kind: "unit" as const, perUnit: { units, scale: 3 } }, flatFee: NO_NANOS };
        });
        return [
          ...steps,
          { upTo: null, price: { kind: "unit" as const, perUnit: { units: last, scale: 3 } }, flatFee: NO_NANOS },
        ];
      }),
  });

test.each(["graduated", "volume"] as const)("%s: used in any pieces, the total costs the same", (mode) => {
  fc.assert(
    fc.property(anyTable(mode), fc.array(fc.bigInt(0n, 60n), { maxLength: 12 }), (tiers, pieces) => {
      const total = pieces.reduce((sum, piece) => sum + piece, 0n);
      let before = 0n;
      let amount = NO_FRACTION;
      for (const quantity of pieces) {
        for (const share of tierShares(tiers, { before, quantity, total })) {
          const price = tiers.steps[share.step!]!.price;
          if (price.kind === "unit") amount = addFraction(amount, unitAmount(tiers.by, price.perUnit, share.quantity));
        }
        before += quantity;
      }
      expect(compareFraction(amount, tieredAmount(tiers, total))).toBe(0);
    }),
  );
});

test("shares lose and invent nothing, also beyond the last step", () => {
  fc.assert(
    fc.property(anyTable("graduated"), fc.bigInt(0n, 300n), fc.bigInt(0n, 300n), (tiers, before, quantity) => {
      const bounded = { ...tiers, steps: tiers.steps.slice(0, -1) };
      const shares = tierShares(bounded, { before, quantity, total: before + quantity });
      expect(shares.reduce((sum, share) => sum + share.quantity, 0n)).toBe(quantity);
      expect(tierFees(bounded, before)).toBe(NO_NANOS);
    }),
  );
});
