import { compareDecimal, type Decimal, multiplyDecimal } from "../../core/money/decimal.ts";
import type { Rate, RateSlot } from "../../core/tariff/rate.ts";
import type { ChangedTerm } from "./deck-diff.ts";

/** A price and the seconds that it is for. */
export type Price = Pick<Rate, "ratePerUnit" | "unitS">;

/** Terms in which `after` differs from `before`, of those a deck speaks of. */
export function changedTerms(before: Rate, after: Rate): ChangedTerm[] {
  const changed: ChangedTerm[] = [];
  if (comparePrice(before, after) !== 0) changed.push("rate");
  const { increments: old } = before;
  if (old.firstS !== after.increments.firstS || old.nextS !== after.increments.nextS) changed.push("increments");
  if (compareDecimal(before.connectFee, after.connectFee) !== 0) changed.push("connect-fee");
  if (!sameSlots(before.slots, after.slots)) changed.push("slots");
  return changed;
}

/** Whether the prices after the first interval are the same. */
export const sameSlots = (a: readonly RateSlot[], b: readonly RateSlot[]): boolean =>
  a.length === b.length &&
  a.every((slot, index) => {
    const other = b[index] as RateSlot;
    return slot.fromS === other.fromS && slot.stepS === other.stepS && comparePrice(slot, other) === 0;
  });

export const sameTerms = (a: Rate, b: Rate): boolean =>
  a.blocked === b.blocked && (a.blocked || changedTerms(a, b).length === 0);

/** Negative, zero or positive as `a` costs less, the same or more per second than `b`. */
export function comparePrice(a: Price, b: Price): number {
  if (a.unitS === b.unitS) return compareDecimal(a.ratePerUnit, b.ratePerUnit);
  return compareDecimal(multiplyDecimal(a.ratePerUnit, seconds(b)), multiplyDecimal(b.ratePerUnit, seconds(a)));
}

const seconds = ({ unitS }: Price): Decimal => ({ units: BigInt(unitS), scale: 0 });

/** What a long call costs in the end. */
export const lastPrice = (rate: Rate): Price => rate.slots.at(-1) ?? rate;

/** Whether a call costs more under `after`: by its price, what follows, its connect fee or its steps, in that order. */
export function isIncrease(before: Rate, after: Rate): boolean {
  const orders = [
    comparePrice(after, before),
    comparePrice(lastPrice(after), lastPrice(before)),
    compareDecimal(after.connectFee, before.connectFee),
    after.increments.firstS - before.increments.firstS,
    after.increments.nextS - before.increments.nextS,
  ];
  return (orders.find((order) => order !== 0) ?? 0) > 0;
}
