import { type BucketUnits, unitsOf } from "../../core/allowance/bucket-units.ts";
import { leftAt } from "../../core/allowance/draw.ts";
import { countedAt, grantedAt } from "../../core/allowance/grant.ts";
import type { Allowance, PoolRules, Tiers } from "../../core/allowance/pool-rules.ts";
import type { PoolState } from "../../core/allowance/pool-state.ts";
import { monthOf, rulesOf, stateAtStart } from "../../core/catalog/pool-month.ts";
import type { Pool } from "../../core/catalog/pools.ts";
import { nanos, nanosToSql } from "../../core/money/nanos.ts";
import { stepOf, tierPriceText } from "../../core/rating/tier.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { findPools } from "../catalog/find-pools.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { findAccount } from "../tenancy/find-account.ts";
import { allowancesOf } from "./locked-units.ts";
import { listMonths } from "./month-store.ts";
import { listUnitHolds } from "./unit-hold-store.ts";

/** What an account has left of an allowance. Quantities are whole seconds or calls, or amounts as plain decimals. */
export interface AllowanceLeft {
  readonly name: string;
  readonly unit: Allowance["unit"];
  readonly cycle: Allowance["cycle"];
  /** What the cycle granted. */
  readonly granted: string;
  readonly left: string;
  /** What calls that are up hold of that. */
  readonly held: string;
  /** The parts of what is left, the first to expire first; null: with no end. */
  readonly expires: readonly { readonly at: EpochMs | null; readonly left: string }[];
  readonly sharedWith: number;
}

/** Where an account stands in tiers. */
export interface TiersReached {
  readonly name: string;
  readonly mode: "graduated" | "volume";
  readonly by: Tiers["table"]["by"];
  readonly cycle: Tiers["cycle"];
  readonly counted: string;
  /** From 1; null: beyond the last one. */
  readonly step: number | null;
  /** The step's price: "0.02", "10% off"; null: the tariff's own. */
  readonly price: string | null;
}

export interface AccountAllowances {
  readonly currency: string;
  readonly allowances: readonly AllowanceLeft[];
  readonly tiers: readonly TiersReached[];
  /** Calls came out of their turn: the figures hold once the month is priced again. */
  readonly provisional: boolean;
}

/**
 * What an account has left and has reached at a time, of packages in force then.
 *
 * @throws Problem `account-unknown`.
 */
export async function findAllowances(
  db: Database,
  asked: { readonly tenantId: string; readonly accountCode: string; readonly at: EpochMs },
): Promise<AccountAllowances> {
  const { tenantId, accountCode, at } = asked;
  return await db.transaction("app", { tenantId }, async (tx) => {
    const account = await findAccount(tx, tenantId, accountCode);
    const pool = (await findPools(tx, tenantId)).get(account.id);
    const { currency } = account;
    if (pool === undefined) return { currency, allowances: [], tiers: [], provisional: false };
    const { rules, state, provisional } = await poolAt(tx, pool, at);
    const held = (await listUnitHolds(tx, allowancesOf(pool, rules))).flatMap(({ units }) => units);
    const isOf = ({ accountIds, from, to }: Allowance | Tiers) => accountIds.has(account.id) && at >= from && at < to;
    return {
      currency,
      allowances: rules.allowances.filter(isOf).map((one) => allowanceLeft(rules, state, { one, held, at })),
      tiers: rules.tiers.filter(isOf).map((one) => tiersReached(rules, state, one, at)),
      provisional,
    };
  });
}

/** A pool's rules and state in the month of an instant, as far as its calls are stored. */
export async function poolAt(
  tx: Tx,
  pool: Pool,
  at: EpochMs,
): Promise<{ readonly rules: PoolRules; readonly state: PoolState; readonly provisional: boolean }> {
  const month = monthOf(pool, at);
  const months = (await listMonths(tx, [pool])).filter(({ startAt }) => startAt <= month.startAt);
  const last = months.at(-1);
  const state = last?.startAt === month.startAt ? last.state : stateAtStart(pool, month, last);
  return { rules: rulesOf(pool, month), state, provisional: months.some(({ stale }) => stale) };
}

function allowanceLeft(
  { timeZone }: PoolRules,
  state: PoolState,
  { one, held, at }: { readonly one: Allowance; readonly held: readonly BucketUnits[]; readonly at: EpochMs },
): AllowanceLeft {
  const { key, name, unit, cycle, quantity, accountIds } = one;
  const granted = grantedAt(one, timeZone, state.allowances.get(key), at);
  const heldOfIt = granted.buckets.reduce((sum, { expiresAt }) => sum + unitsOf(held, { key, expiresAt }), 0n);
  return {
    ...{ name, unit, cycle, granted: quantityText(unit, quantity), left: quantityText(unit, leftAt(granted, at)) },
    held: quantityText(unit, heldOfIt),
    expires: granted.buckets
      .filter(({ expiresAt }) => expiresAt > at)
      .map(({ expiresAt, left }) => {
        return { at: Number.isFinite(expiresAt) ? expiresAt : null, left: quantityText(unit, left) };
      }),
    sharedWith: accountIds.size - 1,
  };
}

function tiersReached({ timeZone }: PoolRules, state: PoolState, tiers: Tiers, at: EpochMs): TiersReached {
  const { key, name, cycle, table } = tiers;
  const { count } = countedAt(tiers, timeZone, state.counters.get(key), at);
  const step = stepOf(table.steps, count);
  const price = step === null ? undefined : table.steps[step]?.price;
  return {
    ...{ name, mode: table.mode, by: table.by, cycle, counted: quantityText(table.by, count) },
    step: step === null ? null : step + 1,
    price: price === undefined ? null : tierPriceText(price),
  };
}

const quantityText = (unit: Allowance["unit"], quantity: bigint): string =>
  unit === "amount" ? nanosToSql(nanos(quantity)) : quantity.toString();
