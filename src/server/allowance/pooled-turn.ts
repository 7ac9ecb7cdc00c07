import type { Span } from "../../core/allowance/cycle.ts";
import type { PoolState } from "../../core/allowance/pool-state.ts";
import { hasRules, monthOf, rulesOf, stateAtStart } from "../../core/catalog/pool-month.ts";
import type { Pool } from "../../core/catalog/pools.ts";
import type { PooledPayer } from "../../core/charging/pooled-price.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { RatingContext } from "../rating/rating-context.ts";
import { allowancesOf } from "./locked-units.ts";
import { type MonthPlace, placeText, previousMonths } from "./month-store.ts";
import { callInTurn, chargeFields, type Turn } from "./turn.ts";
import type { HeldAllowance } from "./unit-hold-store.ts";

/** One payer's side of a call of any length whose price depends on the calls before. */
export interface PooledTurn extends Pick<PooledPayer, "rules" | "call" | "amountOf"> {
  readonly pool: Pool;
  readonly month: Span;
}

/** null: nothing cumulative is in force for the account when the call is answered, or the call has no price. */
export function pooledTurn(context: RatingContext, turn: Turn): PooledTurn | null {
  const { account, answeredAt } = turn;
  const pool = context.pools.get(account.id);
  if (pool === undefined) return null;
  const month = monthOf(pool, answeredAt);
  const rules = rulesOf(pool, month);
  const call = hasRules(rules) ? callInTurn(context, turn) : null;
  if (call === null) return null;
  return { pool, month, rules, call, amountOf: (charge) => chargeFields(context, turn, charge).amount };
}

/** The allowances that the turn may use something of. */
export const allowancesFor = ({ pool, rules, call }: PooledTurn): readonly HeldAllowance[] =>
  allowancesOf(pool, { allowances: rules.allowances.filter(({ accountIds }) => accountIds.has(call.accountId)) });

/**
 * How the pools of turns stand, as far as calls are stored. To be read when what is held of {@link allowancesFor} is
 * locked: whoever stores calls that use them up locks it before, too, and has committed by then.
 */
export async function loadStates(tx: Tx, turns: readonly PooledTurn[]): Promise<(turn: PooledTurn) => PoolState> {
  const months = new Map(turns.map((turn) => [placeText(placeOf(turn)), turn]));
  const before = [...months.values()].map(({ pool, month }) => {
    return { bookId: pool.bookId, poolId: pool.id, startAt: month.endAt as EpochMs };
  });
  const stored = await previousMonths(tx, before);
  const states = new Map(
    [...months].map(([place, { pool, month }]) => {
      const last = stored.findLast(({ poolId, startAt }) => poolId === pool.id && startAt <= month.startAt);
      return [place, last?.startAt === month.startAt ? last.state : stateAtStart(pool, month, last)];
    }),
  );
  return (turn) => states.get(placeText(placeOf(turn))) as PoolState;
}

const placeOf = ({ pool, month }: PooledTurn): MonthPlace => ({
  bookId: pool.bookId,
  poolId: pool.id,
  startAt: month.startAt,
});
