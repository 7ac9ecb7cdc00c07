import { type EpochMs, epochMs } from "../time/epoch.ts";
import { countedAt, grantedAt } from "./grant.ts";
import type { PoolRules } from "./pool-rules.ts";
import type { Counter, Granted, PoolState } from "./pool-state.ts";
import { NO_UNIT_HOLDS, type PricedAroundHolds, priceAroundHolds, type UnitHolds } from "./price-around-holds.ts";
import { type CycleTotals, totalKey } from "./price-by-tiers.ts";
import type { CallInTurn } from "./price-in-turn.ts";

/**
 * Prices a pool's calls of one month one after the other, in order of answer and id: the caller's to keep. The same
 * calls, rules and start always give the same charges and the same end.
 */
export class MonthFold {
  readonly #rules: PoolRules;
  readonly #known: CycleTotals | undefined;
  readonly #totals = new Map<string, bigint>();
  #state: PoolState;

  /** `known` are the totals of an earlier pass over all of these calls: with them, volume steps are final. */
  constructor(rules: PoolRules, start: PoolState, known?: CycleTotals) {
    this.#rules = rules;
    this.#state = start;
    this.#known = known;
  }

  get state(): PoolState {
    return this.#state;
  }

  /** What volume tiers have counted so far, for a second pass. */
  get totals(): CycleTotals {
    return this.#totals;
  }

  /** `holds`: what open sessions hold. */
  price(call: CallInTurn, holds: UnitHolds = NO_UNIT_HOLDS): PricedAroundHolds {
    const priced = priceAroundHolds(this.#rules, this.#state, call, holds, this.#known);
    this.#state = priced.state;
    for (const tiers of this.#rules.tiers) {
      if (tiers.table.mode !== "volume") continue;
      const counter = priced.state.counters.get(tiers.key);
      if (counter !== undefined) this.#totals.set(totalKey(tiers, counter), counter.count);
    }
    return priced;
  }
}

/** Whether the calls of a month have to be counted before the first of them can be priced for good. */
export const needsTotals = ({ tiers }: PoolRules): boolean => tiers.some(({ table }) => table.mode === "volume");

/** A pool at the end of a month: what began in it and no call has asked for is granted, too. */
export function closeMonth(rules: PoolRules, state: PoolState, endAt: EpochMs): PoolState {
  const allowances = new Map(state.allowances);
  for (const allowance of rules.allowances)
    if (allowance.from < endAt && !allowances.has(allowance.key))
      allowances.set(allowance.key, grantedAt(allowance, rules.timeZone, undefined, epochMs(endAt - 1)));
  return { ...state, allowances };
}

/**
 * A pool at the start of a month, from what it was at the {@link closeMonth end} of the one before: by the month's own
 * rules, so that a rule that changes later grants nothing back into it. What is in force no more is left out.
 */
export function openMonth(rules: PoolRules, before: PoolState, startAt: EpochMs): PoolState {
  const allowances = new Map<string, Granted>();
  for (const allowance of rules.allowances) {
    const known = before.allowances.get(allowance.key);
    if (allowance.from > startAt) continue;
    // What the month before did not have begins here, though its package was there: nothing is granted for earlier.
    const begins = known === undefined && allowance.cycle !== "once" ? startAt : allowance.from;
    allowances.set(allowance.key, grantedAt({ ...allowance, from: begins }, rules.timeZone, known, startAt));
  }
  const counters = new Map<string, Counter>();
  for (const tiers of rules.tiers) {
    const known = before.counters.get(tiers.key);
    if (known !== undefined) counters.set(tiers.key, countedAt(tiers, rules.timeZone, known, startAt));
  }
  return { allowances, counters };
}
