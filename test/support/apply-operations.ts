import { invariant } from "../../src/core/invariant.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import type { DeckOperations, RateKey } from "../../src/decks/diff/deck-diff.ts";

/** The rates of a tariff after the operations of a deck: what the next version holds. */
export function applyOperations(current: Iterable<Rate>, operations: DeckOperations): Rate[] {
  const closed = new Map(operations.close.map((close) => [keyOf(close), close.at]));
  const renamed = new Map(operations.rename.map((rename) => [keyOf(rename), rename.destination]));
  const rates: Rate[] = [];
  for (const rate of current) {
    const key = keyOf(rate);
    const effectiveTo = closed.get(key) ?? rate.effectiveTo;
    closed.delete(key);
    if (effectiveTo === rate.effectiveFrom) continue;
    rates.push({ ...rate, effectiveTo, destination: renamed.get(key) ?? rate.destination });
  }
  invariant(closed.size === 0, `the operations close ${closed.size} rates that the tariff does not have`);
  return [...rates, ...operations.insert];
}

const keyOf = ({ prefix, window, effectiveFrom }: RateKey): string => `${prefix}|${window ?? ""}|${effectiveFrom}`;
