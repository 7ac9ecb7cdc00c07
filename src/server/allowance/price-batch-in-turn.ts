import type { Span } from "../../core/allowance/cycle.ts";
import { MonthFold } from "../../core/allowance/month-fold.ts";
import { hasRules, monthOf, rulesOf, stateAtStart } from "../../core/catalog/pool-month.ts";
import type { Pool } from "../../core/catalog/pools.ts";
import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { serviceOf } from "../../core/usage/service-units.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { Tx } from "../db/tx.ts";
import { type RatingContext, tariffAt } from "../rating/rating-context.ts";
import type { ChargeEntry, PricedCall, PricedCharge } from "../usage/priced-call.ts";
import type { PriceInTurn } from "../usage/write-calls.ts";
import { allowancesOf, LockedUnits } from "./locked-units.ts";
import {
  createMonths,
  lockMonths,
  type MonthPlace,
  placeText,
  previousMonths,
  type StoredMonth,
  saveMonths,
  type TurnPosition,
} from "./month-store.ts";
import { callInTurn, chargeFields, rulesHash, type Turn } from "./turn.ts";
import { findUncountedMonths } from "./uncounted-months.ts";

/** One side of a call of the batch, in a pool's month. */
interface BatchTurn {
  readonly call: PricedCall;
  readonly charge: PricedCharge;
  readonly turn: Turn;
  readonly position: TurnPosition;
}

/** What a batch does in one month of a pool. */
interface BatchMonth {
  readonly pool: Pool;
  readonly month: Span;
  readonly place: MonthPlace;
  readonly turns: BatchTurn[];
  /** A correction takes back or charges a call here: it had its turn before. */
  corrected: boolean;
}

/**
 * Prices the calls of a batch in their turns, as the state of their pools' months has it, and moves the states on. A
 * call that comes after its turn, or one that changes the price of earlier ones, is priced as if it were its turn now,
 * and its month is stale until it is replayed. So is that of a call that would have used what open sessions hold: it
 * leaves that alone. `units` are held for calls of the batch itself, each of which gives back what it held. Calls of
 * accounts without anything cumulative cost one look-up.
 */
export const inTurnOf =
  (context: RatingContext, units = new LockedUnits(context.tenantId)): PriceInTurn =>
  async (tx, calls, corrected) => {
    if (context.pools.size === 0) return calls;
    const months = batchMonths(context, calls, corrected);
    if (months.length === 0) return calls;
    const opened = await openMonths(tx, context.tenantId, months);
    units.want(months.flatMap(({ pool, month }) => allowancesOf(pool, rulesOf(pool, month))));
    await units.lock(tx);
    const charges = new Map<PricedCharge, PricedCharge>();
    const saved: StoredMonth[] = [];
    for (const one of opened) {
      const before = saved.at(-1);
      saved.push(priceMonth(context, before?.poolId === one.pool.id ? after(before, one) : one, { charges, units }));
    }
    await saveMonths(tx, saved);
    return calls.map((call) => ({ ...call, charges: call.charges.map((charge) => charges.get(charge) ?? charge) }));
  };

/** The months that a batch touches and in which something cumulative is in force, in the order of their locks. */
function batchMonths(
  context: RatingContext,
  calls: readonly PricedCall[],
  corrected: readonly ChargeEntry[],
): BatchMonth[] {
  const months = new Map<string, BatchMonth>();
  const monthFor = (accountId: string, at: EpochMs): BatchMonth | undefined => {
    const pool = context.pools.get(accountId);
    if (pool === undefined) return undefined;
    const month = monthOf(pool, at);
    const key = `${pool.bookId} ${pool.id} ${String(month.startAt).padStart(16)}`;
    const known = months.get(key);
    if (known !== undefined) return known;
    const place = { bookId: pool.bookId, poolId: pool.id, startAt: month.startAt };
    const made = { pool, month, place, turns: [], corrected: false };
    if (hasRules(rulesOf(pool, month))) months.set(key, made);
    return made;
  };
  for (const call of calls) {
    const { answeredAt } = call.event;
    if (answeredAt === null) continue;
    for (const charge of call.charges) {
      const account = context.accounts.get(charge.accountId);
      const loaded = account && tariffAt(context, account.id, { at: answeredAt, service: serviceOf(call.event) });
      if (charge.side === "cost" || account === undefined || loaded === undefined) continue;
      const position = { answeredAt, usageId: uuidText(call.id) };
      const turn = { account, loaded, event: call.event, answeredAt };
      monthFor(account.id, answeredAt)?.turns.push({ call, charge, turn, position });
    }
  }
  for (const { charge, answeredAt } of corrected) {
    const month = charge.side === "cost" ? undefined : monthFor(charge.accountId, answeredAt);
    if (month !== undefined) month.corrected = true;
  }
  return [...months.keys()].sort().map((key) => months.get(key) as BatchMonth);
}

/** A month that is locked, and whether this transaction has created it. */
interface OpenedMonth extends BatchMonth {
  readonly stored: StoredMonth;
  readonly isNew: boolean;
  /** There were calls in it before, which its state does not count. */
  readonly isUncounted: boolean;
}

/** Locks the months; those that are not there begin where the one before ended. */
async function openMonths(tx: Tx, tenantId: string, months: readonly BatchMonth[]): Promise<readonly OpenedMonth[]> {
  const places = months.map(({ place }) => place);
  const previous = await previousMonths(tx, places);
  const uncounted = await findUncountedMonths(tx, months);
  const missing = months.map(({ pool, month, place }) => {
    const before = previous.findLast(({ poolId, startAt }) => poolId === pool.id && startAt < month.startAt);
    // Without an earlier month it is not known whether there were earlier calls.
    const isOpen = before?.stale ?? pool.subscriptions.some(({ from }) => from < month.startAt);
    const stale = isOpen || uncounted.has(placeText(place));
    const startState = stateAtStart(pool, month, before);
    return { ...place, rulesHash: rulesHash(rulesOf(pool, month)), startState, stale };
  });
  const created = new Set((await createMonths(tx, tenantId, missing)).map(placeText));
  const locked = new Map((await lockMonths(tx, places)).map((stored) => [placeText(stored), stored]));
  return months.map((one) => {
    const stored = locked.get(placeText(one.place));
    invariant(stored, "a month is created before it is locked");
    return { ...one, stored, isNew: created.has(placeText(stored)), isUncounted: uncounted.has(placeText(stored)) };
  });
}

/** A new month begins where this batch has left the one before. */
function after(before: StoredMonth, opened: OpenedMonth): OpenedMonth {
  const { pool, month, stored, isNew, isUncounted } = opened;
  if (!isNew) return opened;
  const startState = stateAtStart(pool, month, before);
  return { ...opened, stored: { ...stored, startState, state: startState, stale: before.stale || isUncounted } };
}

function priceMonth(
  context: RatingContext,
  { pool, month, turns, corrected, stored }: OpenedMonth,
  { charges, units }: { readonly charges: Map<PricedCharge, PricedCharge>; readonly units: LockedUnits },
): StoredMonth {
  const rules = rulesOf(pool, month);
  const allowances = allowancesOf(pool, rules);
  const keys = new Set(allowances.map(({ key }) => key));
  const fold = new MonthFold(rules, stored.state);
  let { position } = stored;
  let stale = stored.stale || corrected || stored.rulesHash !== rulesHash(rules);
  for (const { turn, charge, position: at } of turns.toSorted(byTurn)) {
    const call = callInTurn(context, turn);
    if (call === null) continue;
    const priced = fold.price(call, units.around(at.usageId, allowances));
    units.release(at.usageId, pool.bookId, keys);
    charges.set(charge, { ...withoutCoverage(charge), ...chargeFields(context, turn, priced.charge) });
    if (isBefore(at, position)) stale = true;
    else position = at;
    stale ||= priced.repricesEarlier || priced.waitsForHolds;
  }
  return { ...stored, state: fold.state, position, stale };
}

const withoutCoverage = ({ coverage: _, ...charge }: PricedCharge): PricedCharge => charge;

const byTurn = (a: BatchTurn, b: BatchTurn): number =>
  isBefore(a.position, b.position)
    ? -1
    : isBefore(b.position, a.position)
      ? 1
      : a.charge.accountId < b.charge.accountId
        ? -1
        : 1;

const isBefore = (a: TurnPosition, b: TurnPosition): boolean =>
  a.answeredAt < b.answeredAt || (a.answeredAt === b.answeredAt && a.usageId < b.usageId);
