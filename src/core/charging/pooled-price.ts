import type { BucketUnits } from "../allowance/bucket-units.ts";
import { countedAt } from "../allowance/grant.ts";
import { needsTotals } from "../allowance/month-fold.ts";
import type { PoolRules, Tiers } from "../allowance/pool-rules.ts";
import type { PoolState } from "../allowance/pool-state.ts";
import { stateAround, type UnitHolds } from "../allowance/price-around-holds.ts";
import { type CallInTurn, type ChargeInTurn, priceInTurn } from "../allowance/price-in-turn.ts";
import { ZERO } from "../money/decimal.ts";
import { type Nanos, NO_NANOS } from "../money/nanos.ts";
import { stepOf, type TierPrice } from "../rating/tier.ts";
import type { EpochMs } from "../time/epoch.ts";

/** One payer of a session whose prices depend on the calls before. */
export interface PooledPayer {
  readonly rules: PoolRules;
  /** As the calls that are stored have left it. */
  readonly state: PoolState;
  readonly holds: UnitHolds;
  /** The call, of any length. */
  readonly call: Omit<CallInTurn, "talkedS">;
  /** What is charged in the account's currency, less what allowances of money pay. */
  readonly amountOf: (charge: ChargeInTurn) => Nanos;
}

/** What a session costs a payer by the time it has lasted: in money, and in units of allowances. */
export interface PooledPrice {
  /** Never falls with the talk time. */
  readonly costOf: (talkedS: number) => Nanos;
  readonly unitsOf: (talkedS: number) => readonly BucketUnits[];
}

/**
 * What a session costs a payer that has allowances or tiers: its stop is charged the same, unless calls that are stored
 * meanwhile move tiers. Where a call itself reaches a volume step, the dearer of both steps is held.
 *
 * Laws, tested: the stop of a call within its grant costs no more than was held for it, in money and in each bucket.
 */
export function pooledPrice({ rules, state, holds, call, amountOf }: PooledPayer): PooledPrice {
  const { answeredAt } = call.opening;
  const around = stateAround(rules, state, holds, answeredAt);
  const asEnded = lastKept((talkedS) => priceInTurn(rules, around, { ...call, talkedS }));
  const unitsOf = (talkedS: number) => asEnded(talkedS).taken;
  if (!needsTotals(rules)) return { costOf: (talkedS) => amountOf(asEnded(talkedS).charge), unitsOf };
  const reached = atStepsReached(rules, around, answeredAt);
  const costOf = (talkedS: number): Nanos => {
    const asReached = amountOf(priceInTurn(reached, around, { ...call, talkedS }).charge);
    const atEnd = amountOf(asEnded(talkedS).charge);
    return asReached > atEnd ? asReached : atEnd;
  };
  return { costOf, unitsOf };
}

/** Remembers the last answer: what a grant costs is asked for, and then what it takes. */
function lastKept<Answer>(answerOf: (talkedS: number) => Answer): (talkedS: number) => Answer {
  let last: { readonly talkedS: number; readonly answer: Answer } | undefined;
  return (talkedS) => {
    if (last?.talkedS !== talkedS) last = { talkedS, answer: answerOf(talkedS) };
    return last.answer;
  };
}

/** The rules with the price of each volume table's step that is reached before the call, however long it lasts. */
const atStepsReached = (rules: PoolRules, state: PoolState, at: EpochMs): PoolRules => ({
  ...rules,
  tiers: rules.tiers.map((tiers) => {
    if (tiers.table.mode !== "volume") return tiers;
    const { count } = countedAt(tiers, rules.timeZone, state.counters.get(tiers.key), at);
    const price = priceAt(tiers, count);
    return {
      ...tiers,
      table: { ...tiers.table, mode: "graduated", steps: [{ upTo: null, price, flatFee: NO_NANOS }] },
    };
  }),
});

/** Beyond the last step of a volume table the tariff's own price holds. */
const priceAt = ({ table: { steps } }: Tiers, count: bigint): TierPrice =>
  steps[stepOf(steps, count) ?? steps.length]?.price ?? TARIFF_PRICE;

const TARIFF_PRICE: TierPrice = { kind: "off", percent: ZERO };
