import { compareDecimal, type Decimal, multiplyDecimal } from "../../core/money/decimal.ts";
import type { Rate } from "../../core/tariff/rate.ts";
import type { ChangedTerm } from "./deck-diff.ts";

/** Terms in which `after` differs from `before`, of those a deck speaks of. */
export function changedTerms(before: Rate, after: Rate): ChangedTerm[] {
  const changed: ChangedTerm[] = [];
  if (comparePrice(before, after) !== 0) changed.push("rate");
  const { increments: old } = before;
  if (old.firstS !== after.increments.firstS || old.nextS !== after.increments.nextS) changed.push("increments");
  if (compareDecimal(before.connectFee, after.connectFee) !== 0) changed.push("connect-fee");
  return changed;
}

export const sameTerms = (a: Rate, b: Rate): boolean =>
  a.blocked === b.blocked && (a.blocked || changedTerms(a, b).length === 0);

/** Negative, zero or positive as `a` costs less, the same or more per second than `b`. */
export function comparePrice(a: Rate, b: Rate): number {
  if (a.unitS === b.unitS) return compareDecimal(a.ratePerUnit, b.ratePerUnit);
  return compareDecimal(multiplyDecimal(a.ratePerUnit, seconds(b)), multiplyDecimal(b.ratePerUnit, seconds(a)));
}

const seconds = ({ unitS }: Rate): Decimal => ({ units: BigInt(unitS), scale: 0 });

/** Whether a call costs more under `after`: by its price, else by its connect fee, else by its steps. */
export function isIncrease(before: Rate, after: Rate): boolean {
  const orders = [
    comparePrice(after, before),
    compareDecimal(after.connectFee, before.connectFee),
    after.increments.firstS - before.increments.firstS,
    after.increments.nextS - before.increments.nextS,
  ];
  return (orders.find((order) => order !== 0) ?? 0) > 0;
}
