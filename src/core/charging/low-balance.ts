import { type Nanos, nanos } from "../money/nanos.ts";
import type { GrantLevel } from "./grant.ts";

/** What an account's balance has crossed downwards, and what is remembered of it. */
export interface Crossing {
  /** Thresholds that were crossed just now, the highest first: each is warned of once. */
  readonly crossed: readonly Nanos[];
  /** The lowest threshold that the balance is below; null: none. Each above it is warned of already. */
  readonly belowNow: Nanos | null;
}

/**
 * Compares what an account may still spend with its thresholds. `belowBefore`: {@link Crossing.belowNow} of the time
 * before. A threshold that the balance has risen to again is armed again.
 *
 * Law, tested: a threshold is warned of as often as the balance falls below it, however often it is looked at.
 */
export function crossThresholds(
  thresholds: readonly Nanos[],
  { left, belowBefore }: { readonly left: Nanos; readonly belowBefore: Nanos | null },
): Crossing {
  const below = [...thresholds].sort(byAmountDown).filter((threshold) => left < threshold);
  const crossed = below.filter((threshold) => belowBefore === null || threshold < belowBefore);
  return { crossed, belowNow: below.at(-1) ?? null };
}

/** What a switch can tell the caller of a balance that is low, or gets low before the grant ends. */
export interface BalanceOutlook {
  /** It is below a threshold at `usedS`. */
  readonly isLow: boolean;
  /** Talk time of the whole call at which it falls below the next threshold; null: not within the grant. */
  readonly lowAtS: number | null;
}

/**
 * How a payer's balance does until the end of a grant. `left` is what it may still spend at `usedS`, this call's cost up
 * to there taken off.
 */
export function balanceOutlook(
  thresholds: readonly Nanos[],
  { costOf }: Pick<GrantLevel, "costOf">,
  { left, usedS, talkS }: { readonly left: Nanos; readonly usedS: number; readonly talkS: number },
): BalanceOutlook {
  const isLow = thresholds.some((threshold) => left < threshold);
  const next = thresholds.filter((threshold) => left >= threshold).sort(byAmountDown)[0];
  if (next === undefined) return { isLow, lowAtS: null };
  const costSoFar = costOf(usedS);
  const isBelow = (talkedS: number) => nanos(left + costSoFar - costOf(talkedS)) < next;
  if (!isBelow(talkS)) return { isLow, lowAtS: null };
  let [aboveS, belowS] = [usedS, talkS];
  while (belowS - aboveS > 1) {
    const middle = Math.floor((aboveS + belowS) / 2);
    if (isBelow(middle)) belowS = middle;
    else aboveS = middle;
  }
  return { isLow, lowAtS: belowS };
}

const byAmountDown = (a: Nanos, b: Nanos): number => (a < b ? 1 : a > b ? -1 : 0);
