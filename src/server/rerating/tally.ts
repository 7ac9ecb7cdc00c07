import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, NO_NANOS, nanos } from "../../core/money/nanos.ts";
import type { ChargeEntry, PricedCharge } from "../usage/priced-call.ts";
import type { StoredCall } from "./call-store.ts";
import type { Judgement, KeptReason } from "./judge-call.ts";

/** What a re-rating comes to for one account on one side. */
export interface SideTotal {
  readonly accountId: string;
  readonly side: PricedCharge["side"];
  readonly currency: Currency;
  /**
   * `excluded`: calls that today's settings do not count as usage; they are taken back. `in-turn`: calls whose price
   * depends on the calls before them; those that change, of the whole months that are priced again.
   */
  readonly cause: "priced" | "excluded" | "in-turn";
  readonly looked: number;
  readonly changed: number;
  readonly was: Nanos;
  readonly shouldBe: Nanos;
}

/** Calls that were left as they were, by reason. */
export interface KeptTotal {
  readonly code: KeptReason["code"];
  readonly calls: number;
  /** The first {@link KEPT_EXAMPLES_MAX}. */
  readonly examples: readonly KeptCall[];
}

/** A call that was left as it was, and why. */
export interface KeptCall {
  /** The switch's own key. */
  readonly key: string;
  readonly answeredAt: number;
  readonly called: string;
  readonly what: string;
  readonly fix: string;
}

/** Everything that a re-rating, or a page of it, comes to. */
export interface ReratingTotals {
  readonly looked: number;
  readonly changed: number;
  /** Calls that get another payer or vendor; among the changed ones. */
  readonly moved: number;
  readonly sides: readonly SideTotal[];
  readonly kept: readonly KeptTotal[];
}

/** Examples that are remembered of each reason. */
export const KEPT_EXAMPLES_MAX = 20;

type Growing<T> = { -readonly [Key in keyof T]: T[Key] };

/** Adds calls up. What it holds grows with accounts and reasons, never with calls. */
export class Tally {
  #looked = 0;
  #changed = 0;
  #moved = 0;
  readonly #sides = new Map<string, Growing<SideTotal>>();
  readonly #kept = new Map<string, { calls: number; readonly examples: KeptCall[] }>();

  /** A call that keeps what it has. */
  keep(call: StoredCall, called: string, { code, what, fix }: KeptReason): void {
    this.#looked += 1;
    const kept = this.#kept.get(code) ?? { calls: 0, examples: [] };
    this.#kept.set(code, kept);
    kept.calls += 1;
    if (kept.examples.length < KEPT_EXAMPLES_MAX)
      kept.examples.push({ key: call.event.key, answeredAt: call.answeredAt, called, what, fix });
  }

  /** A call that has to be charged `due`, for which `entries` are missing. */
  settle(
    { cause, due, newParties, isLookedAt }: Extract<Judgement, { kind: "due" }>,
    inForce: readonly ChargeEntry[],
    entries: readonly ChargeEntry[],
  ): void {
    this.#looked += 1;
    if (entries.length > 0 || newParties !== null) this.#changed += 1;
    if (newParties !== null) this.#moved += 1;
    const touched = new Set<Growing<SideTotal>>();
    const sideOf = (charge: PricedCharge) => {
      const side = this.#side(charge, cause);
      touched.add(side);
      return side;
    };
    for (const { charge } of inForce) if (isLookedAt(charge)) addTo(sideOf(charge), "was", charge.amount);
    for (const charge of due) if (isLookedAt(charge)) addTo(sideOf(charge), "shouldBe", charge.amount);
    const changed = new Set(entries.map(({ charge }) => this.#side(charge, cause)));
    for (const side of touched) {
      side.looked += 1;
      if (changed.has(side)) side.changed += 1;
    }
  }

  /** A charge that was priced in its turn, and what it should be. */
  replay(was: PricedCharge, due: PricedCharge): void {
    const side = this.#side(was, "in-turn");
    side.looked += 1;
    side.changed += 1;
    addTo(side, "was", was.amount);
    addTo(side, "shouldBe", due.amount);
  }

  get totals(): ReratingTotals {
    return {
      looked: this.#looked,
      changed: this.#changed,
      moved: this.#moved,
      sides: [...this.#sides.values()],
      kept: [...this.#kept].map(([code, kept]) => ({ code: code as KeptReason["code"], ...kept })),
    };
  }

  #side({ accountId, side, currency }: PricedCharge, cause: SideTotal["cause"]): Growing<SideTotal> {
    const key = `${accountId} ${side} ${currency} ${cause}`;
    const known = this.#sides.get(key);
    if (known !== undefined) return known;
    const fresh = { accountId, side, currency, cause, looked: 0, changed: 0, was: NO_NANOS, shouldBe: NO_NANOS };
    this.#sides.set(key, fresh);
    return fresh;
  }
}

function addTo(side: Growing<SideTotal>, field: "was" | "shouldBe", amount: Nanos): void {
  side[field] = nanos(side[field] + amount);
}
