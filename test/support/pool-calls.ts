import type { Cycle } from "../../src/core/allowance/cycle.ts";
import { NEVER } from "../../src/core/allowance/cycle.ts";
import { openMonth } from "../../src/core/allowance/month-fold.ts";
import type { Allowance, CallScope, PoolRules, Rollover, Tiers } from "../../src/core/allowance/pool-rules.ts";
import { EMPTY_POOL, type PoolState } from "../../src/core/allowance/pool-state.ts";
import type { CallInTurn } from "../../src/core/allowance/price-in-turn.ts";
import { parseCurrency } from "../../src/core/money/currency.ts";
import { type Decimal, parseDecimal } from "../../src/core/money/decimal.ts";
import { NO_NANOS, nanosFromDecimal } from "../../src/core/money/nanos.ts";
import { parseE164 } from "../../src/core/numbering/number.ts";
import { openCall } from "../../src/core/rating/opening.ts";
import type { TierMeasure, TierPrice, TierTable } from "../../src/core/rating/tier.ts";
import { type CompiledTariff, compileTariff } from "../../src/core/tariff/compiled-tariff.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import { type EpochMs, epochMs } from "../../src/core/time/epoch.ts";

export const decimal = (text: string): Decimal => parseDecimal(text)!;
export const at = (text: string): EpochMs => epochMs(Temporal.Instant.from(text).epochMilliseconds);

/** "44 .06/60 60/60 .02": prefix, price a unit of seconds, increments, connect fee. */
export function tariffOf(...rates: readonly string[]): CompiledTariff {
  const terms = {
    ...{ currency: parseCurrency("USD")!, timeZone: "UTC", incrementBase: "after-initial" as const, decimals: 4 },
    ...{ rounding: "half-up" as const, windowCrossing: "split" as const, reprice: "at-answer" as const, windows: [] },
  };
  return compileTariff({ tariffId: "tariff", number: 1, terms, rates: rates.map(rateOf), derivation: null });
}

function rateOf(text: string): Rate {
  const [prefix = "", price = "", steps = "", fee = "0"] = text.split(" ");
  const [perUnit = "", unitS = ""] = price.split("/");
  const [firstS, nextS] = steps.split("/").map(Number);
  return {
    ...{
      prefix,
      destination: `to ${prefix}`,
      blocked: false,
      window: null,
      effectiveFrom: epochMs(0),
      effectiveTo: null,
    },
    ...{
      ratePerUnit: decimal(perUnit),
      unitS: Number(unitS),
      increments: { firstS: firstS!, nextS: nextS! },
      slots: [],
    },
    ...{ connectFee: decimal(fee), minimumS: 0, freeS: 0, minimumCost: null, maximumCost: null },
  };
}

export const ANY_CALL: CallScope = { prefixes: [], except: [], destinations: [], directions: [] };

const held = (key: string) => ({
  ...{ key, name: key, accountIds: new Set(["anna"]), scope: ANY_CALL, from: epochMs(0), to: NEVER },
  ...{ cycle: "month" as Cycle, priority: 0 },
});

export const allowanceOf = (key: string, quantity: bigint, more: Partial<Allowance> = {}): Allowance => ({
  ...held(key),
  ...{ unit: "seconds", quantity, rollover: null as Rollover | null, paysConnectFee: false },
  ...more,
});

/** "600 .02, - 10%": where each step ends, and its price a unit or what comes off the tariff's. */
export function tierTable(mode: TierTable["mode"], by: TierMeasure, text: string): TierTable {
  const steps = text.split(", ").map((step) => {
    const [upTo = "", price = ""] = step.split(" ");
    return { upTo: upTo === "-" ? null : BigInt(upTo), price: tierPrice(price), flatFee: NO_NANOS };
  });
  return { by, mode, steps };
}

const tierPrice = (text: string): TierPrice =>
  text.endsWith("%") ? { kind: "off", percent: decimal(text.slice(0, -1)) } : { kind: "unit", perUnit: decimal(text) };

export const tiersOf = (key: string, table: TierTable, more: Partial<Tiers> = {}): Tiers => ({
  ...held(key),
  table,
  ...more,
});

/** The start of a pool's first month. */
export const openFirstMonth = (rules: PoolRules, startAt: EpochMs): PoolState => openMonth(rules, EMPTY_POOL, startAt);

export const rulesOf = (parts: Partial<PoolRules>): PoolRules => ({
  ...{ timeZone: "UTC", allowances: [], tiers: [] },
  ...parts,
});

/** A call of Anna's, or of another account. */
export function callOf(
  tariff: CompiledTariff,
  { to, talkedS, answered, by = "anna" }: { to: string; talkedS: number; answered: EpochMs; by?: string },
): CallInTurn {
  const opening = openCall(tariff, parseE164(to)!, answered);
  if (opening.kind !== "open") throw new Error(`${to} has a rate`);
  const call = { accountId: by, opening, talkedS, calledText: to, direction: "originating" as const };
  return { ...call, inAccountCurrency: (amount) => amount };
}

/** Plain amounts in nanos. */
export const amountOf = (text: string) => nanosFromDecimal(decimal(text), "down");
