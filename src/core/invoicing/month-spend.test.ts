import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDecimal } from "../money/decimal.ts";
import { nanos, nanosFromDecimal, nanosToSql } from "../money/nanos.ts";
import { SPEND_KINDS, type SpendItem, type SpendTerms, spendItems, unpostedSpend } from "./month-spend.ts";

const amount = (text: string) => nanosFromDecimal(parseDecimal(text)!, "down");
const shown = (items: readonly SpendItem[]) =>
  items
    .map((item) => [item.kind, ...(item.name === "" ? [] : [item.name]), nanosToSql(item.amount)].join(" "))
    .join(", ");
const terms = (minimum: string | null, maximum: string | null, ...fees: string[]): SpendTerms => ({
  minimum: minimum === null ? null : amount(minimum),
  maximum: maximum === null ? null : amount(maximum),
  fees: fees.map((fee, index) => ({ name: `fee ${index + 1}`, amount: amount(fee) })),
});

test.each<[string, SpendTerms, string, string]>([
  // usage    terms                            items                              why
  ["100", terms("1000", null), "minimum-spend 900", "T15: 100 billed before, no usage since, the month is over"],
  ["0", terms("1000", null), "minimum-spend 1000", "no usage at all"],
  ["1000", terms("1000", null), "", "exactly the least"],
  ["1200.5", terms(null, "1000"), "maximum-spend -200.5", "an explicit discount, not other prices"],
  ["990", terms("1000", null, "15"), "tier-fee fee 1 15", "fees count to the least"],
  ["990", terms(null, "1000", "15"), "tier-fee fee 1 15, maximum-spend -5", "and to the most"],
  ["5", terms(null, null), "", "nothing beside the calls"],
])("usage of %s: %#", (usage, given, items) => {
  expect(shown(spendItems(amount(usage), given))).toBe(items);
});

test("late calls take back what is no longer missing", () => {
  const posted = spendItems(amount("100"), terms("1000", null));
  expect(shown(unpostedSpend(spendItems(amount("150"), terms("1000", null)), posted))).toBe("minimum-spend -50");
  expect(unpostedSpend(posted, posted)).toEqual([]);
});

const anyItem: fc.Arbitrary<SpendItem> = fc.record({
  kind: fc.constantFrom(...SPEND_KINDS),
  name: fc.constantFrom("", "a", "b"),
  amount: fc.bigInt(-5n, 5n).map(nanos),
});

test("posted and unposted together are what should be, so that posting twice is posting once", () => {
  fc.assert(
    fc.property(fc.array(anyItem), fc.array(anyItem), (should, posted) => {
      expect(unpostedSpend(should, [...posted, ...unpostedSpend(should, posted)])).toEqual([]);
    }),
  );
});

test("usage, fees and what is missing or too much lie between the least and the most", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 99n), fc.bigInt(0n, 50n), fc.bigInt(0n, 50n), fc.bigInt(0n, 9n), (usage, a, b, fee) => {
      const [minimum, maximum] = a < b ? [a, b] : [b, a];
      const fees = [{ name: "fee", amount: nanos(fee) }];
      const items = spendItems(nanos(usage), { fees, minimum: nanos(minimum), maximum: nanos(maximum) });
      const total = items.reduce<bigint>((sum, item) => sum + item.amount, usage);
      expect(total >= minimum && total <= maximum).toBe(true);
    }),
  );
});
