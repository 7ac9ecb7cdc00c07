import type { Nanos } from "../money/nanos.ts";
import type { SteppedCall, Stretch } from "../rating/rate-stretches.ts";
import { stepOf, type TierShare, tierPriceText, tierShares } from "../rating/tier.ts";
import type { ChargePart } from "./charge-part.ts";
import { countedAt } from "./grant.ts";
import { isFor, type PoolRules, type ScopedCall, type Tiers } from "./pool-rules.ts";
import type { Counter, PoolState } from "./pool-state.ts";

/** What tiers count in cycles that are known whole, by {@link totalKey}: how volume steps are chosen. */
export type CycleTotals = ReadonlyMap<string, bigint>;

export const totalKey = ({ key }: Pick<Tiers, "key">, { startAt }: Pick<Counter, "startAt">): string =>
  `${key} ${startAt}`;

/** The call that tiers price, and what they go by. */
export interface TieredCall {
  readonly scoped: ScopedCall;
  readonly stepped: SteppedCall;
  /** The first seconds, which an allowance pays. */
  readonly coveredS: number;
  /** The charge without tiers, which tiers of amounts count; asked only where there are such. */
  readonly ownAmount: () => Nanos;
  readonly totals: CycleTotals | undefined;
}

/** How the paid seconds of a call are priced. */
export interface Tiered {
  readonly stretches: readonly Stretch[];
  /** Tiers that price the charge as a whole, by calls or by amount; then the stretches are at the tariff's price. */
  readonly whole: WholeShares | null;
  readonly parts: readonly ChargePart[];
  readonly counters: ReadonlyMap<string, Counter>;
  /** A volume step was reached that gives earlier calls of the cycle another price. */
  readonly repricesEarlier: boolean;
}

export interface WholeShares {
  readonly tiers: Tiers;
  readonly shares: readonly TierShare[];
}

/**
 * Lets tiers price the paid seconds in order of priority: each takes what its steps have room for, what is beyond goes
 * to the next, and the rest has the tariff's price. Tiers of calls and of amounts price a charge as a whole or not at
 * all, so they take calls that no tier before them took a part of. Other services than voice have no tiers.
 */
export function priceByTiers(rules: PoolRules, state: PoolState, call: TieredCall): Tiered {
  const { scoped, stepped, coveredS } = call;
  const work = new TierWork(rules.timeZone, state, call);
  let atS = coveredS;
  for (const tiers of rules.tiers) {
    if (atS === stepped.billedS) break;
    if (scoped.service !== "voice" || !isFor(tiers, scoped)) continue;
    if (tiers.table.by === "seconds") {
      for (const { step, quantity } of work.take(tiers, BigInt(stepped.billedS - atS)).filter(isTaken(tiers))) {
        atS += Number(quantity);
        work.addStretch(tiers, step, atS);
      }
    } else if (atS === coveredS) {
      const shares = work.take(tiers, tiers.table.by === "calls" ? 1n : call.ownAmount());
      if (shares.some(isTaken(tiers))) return work.asWhole({ tiers, shares });
    }
  }
  return work.result(null);
}

/** A volume table takes all there is, at the tariff's price where it has ended; a graduated one what its steps hold. */
const isTaken =
  ({ table }: Tiers) =>
  ({ step }: TierShare): boolean =>
    step !== null || table.mode === "volume";

/** What tiers have done with one call so far. */
class TierWork {
  readonly #timeZone: string;
  readonly #state: PoolState;
  readonly #call: TieredCall;
  readonly #stretches: Stretch[] = [];
  readonly #parts: ChargePart[] = [];
  readonly #counters: Map<string, Counter>;
  #repricesEarlier = false;

  constructor(timeZone: string, state: PoolState, call: TieredCall) {
    this.#timeZone = timeZone;
    this.#state = state;
    this.#call = call;
    this.#counters = new Map(state.counters);
  }

  /** Counts what a table takes of `quantity`, and answers how its steps share it. */
  take(tiers: Tiers, quantity: bigint): TierShare[] {
    const { table, key } = tiers;
    const { scoped, totals } = this.#call;
    const counter = countedAt(tiers, this.#timeZone, this.#state.counters.get(key), scoped.answeredAt);
    const before = counter.count;
    const total = totals?.get(totalKey(tiers, counter)) ?? before + quantity;
    const shares = tierShares(table, { before, quantity, total });
    const count = shares.filter(isTaken(tiers)).reduce((sum, share) => sum + share.quantity, before);
    this.#counters.set(key, { ...counter, count });
    const moved = before > 0n && stepOf(table.steps, before) !== stepOf(table.steps, count);
    if (table.mode === "volume" && totals === undefined && moved) this.#repricesEarlier = true;
    return shares;
  }

  /** Up to `untilS`, the seconds have the price of a step. */
  addStretch(tiers: Tiers, step: number | null, untilS: number): void {
    const fromS = this.#stretches.at(-1)?.untilS ?? this.#call.coveredS;
    const price = step === null ? undefined : tiers.table.steps[step]?.price;
    this.#stretches.push({ untilS, paidBy: price ?? "tariff" });
    this.#addPart(tiers, step, untilS - fromS);
  }

  asWhole(whole: WholeShares): Tiered {
    for (const { step } of whole.shares) this.#addPart(whole.tiers, step, null);
    return this.result(whole);
  }

  result(whole: WholeShares | null): Tiered {
    const { billedS } = this.#call.stepped;
    const stretches: Stretch[] = [...this.#stretches, { untilS: billedS, paidBy: "tariff" }];
    return {
      stretches,
      whole,
      parts: this.#parts,
      counters: this.#counters,
      repricesEarlier: this.#repricesEarlier,
    };
  }

  #addPart({ key, name, table }: Tiers, step: number | null, seconds: number | null): void {
    const price = step === null ? undefined : table.steps[step]?.price;
    if (step === null || price === undefined) return; // beyond a volume table: the tariff alone makes the price
    const measured = { by: table.by, step: step + 1, price: tierPriceText(price) };
    this.#parts.push({ kind: "tier", key, name, seconds, paid: null, ...measured });
  }
}
