import { monthAt, type Span } from "../allowance/cycle.ts";
import { closeMonth, openMonth } from "../allowance/month-fold.ts";
import type { PoolRules } from "../allowance/pool-rules.ts";
import { EMPTY_POOL, type PoolState } from "../allowance/pool-state.ts";
import { type EpochMs, epochMs } from "../time/epoch.ts";
import type { Pool } from "./pools.ts";
import { rulesInForce, subscriptionsIn } from "./rules-in-force.ts";

/** The month of a pool in which an instant lies: the span that is priced again as a whole. */
export const monthOf = ({ timeZone }: Pool, at: EpochMs): Span => monthAt(timeZone, at);

/** The months of a pool that a stretch of time has something of, in order. */
export function monthsBetween(pool: Pool, { startAt, endAt }: Span): Span[] {
  const months: Span[] = [];
  for (let at = startAt; at < endAt; at = epochMs((months.at(-1) as Span).endAt)) months.push(monthOf(pool, at));
  return months;
}

/** What a pool has in a month. */
export const rulesOf = ({ timeZone, subscriptions }: Pool, month: Span): PoolRules =>
  rulesInForce(timeZone, subscriptionsIn(month, subscriptions));

/** Whether anything cumulative is in force: if not, a call of the month costs what its tariff says. */
export const hasRules = ({ allowances, tiers }: PoolRules): boolean => allowances.length > 0 || tiers.length > 0;

/** As a rollover lives for at most 36 cycles, no month further back can matter to one without calls in between. */
const MONTHS_BACK = 37;

/**
 * A pool at the start of a month: from its state at the end of an earlier one, or from nothing, through the months in
 * between, in which there were no calls.
 */
export function stateAtStart(
  pool: Pool,
  month: Span,
  previous: { readonly startAt: EpochMs; readonly state: PoolState } | undefined,
): PoolState {
  let state = previous?.state ?? EMPTY_POOL;
  let before = previous && monthOf(pool, previous.startAt);
  for (const span of monthsUpTo(pool, month, previous?.startAt)) {
    if (before !== undefined) state = closeMonth(rulesOf(pool, before), state, before.endAt);
    state = openMonth(rulesOf(pool, span), state, span.startAt);
    before = span;
  }
  return state;
}

/** Months up to and with `month`, after `afterStartAt` where it is given, in order. */
function monthsUpTo(pool: Pool, month: Span, afterStartAt: EpochMs | undefined): Span[] {
  const firstFrom = pool.subscriptions.reduce((first, { from }) => Math.min(first, from), Number.POSITIVE_INFINITY);
  const months = [month];
  let first = month;
  while (months.length < MONTHS_BACK) {
    first = monthOf(pool, epochMs(first.startAt - 1));
    if (first.endAt <= firstFrom || (afterStartAt !== undefined && first.startAt <= afterStartAt)) break;
    months.unshift(first);
  }
  return months;
}

/** Equal rules are equal texts. */
export const rulesText = (rules: PoolRules): string =>
  JSON.stringify(rules, (_, value: unknown) => {
    if (typeof value === "bigint") return value.toString();
    if (value instanceof Set) return [...value].sort();
    return value === Number.POSITIVE_INFINITY ? "never" : value;
  });
