import { ZERO } from "../money/decimal.ts";
import { addFraction, type Fraction, multiplyFraction, NO_FRACTION, roundFraction } from "../money/fraction.ts";
import { type Nanos, nanos } from "../money/nanos.ts";
import type { RatedCharge } from "../rating/charge.ts";
import type { Opening } from "../rating/opening.ts";
import { chargeOfReading } from "../rating/rate-call.ts";
import { type SteppedCall, type Stretch, stepCall, sumStretches } from "../rating/rate-stretches.ts";
import { addAmounts, type ExactSettlement, settle } from "../rating/settle.ts";
import { partLeft, unitAmount } from "../rating/tier.ts";
import { destinationOf } from "../tariff/compiled-tariff.ts";
import type { CallDirection } from "../usage/switch-call.ts";
import type { BucketUnits } from "./bucket-units.ts";
import { type ChargePart, surchargeParts } from "./charge-part.ts";
import { type Cover, coverTime } from "./cover-time.ts";
import { afterTaking, drawDown, openBuckets } from "./draw.ts";
import type { PoolRules, ScopedCall } from "./pool-rules.ts";
import type { PoolState } from "./pool-state.ts";
import { type CycleTotals, priceByTiers, type WholeShares } from "./price-by-tiers.ts";

/** One call of a pool, whose turn it is. */
export interface CallInTurn {
  readonly accountId: string;
  readonly opening: Opening;
  readonly talkedS: number;
  /** As stored: digits, or "=" and what is no E.164 number. */
  readonly calledText: string;
  readonly direction: CallDirection;
  /** What the account pays for an amount of the tariff, in its own currency. */
  readonly inAccountCurrency: (amount: Nanos) => Nanos;
}

/** A charge that depends on the calls before it. */
export interface ChargeInTurn extends RatedCharge {
  /** What paid for parts of it, in order; empty: the tariff alone made the amount. */
  readonly parts: readonly ChargePart[];
  /** What allowances of money paid of the amount, in the account's currency. */
  readonly credited: Nanos;
}

export interface PricedInTurn {
  readonly charge: ChargeInTurn;
  readonly state: PoolState;
  /** What it took of allowances, in order. */
  readonly taken: readonly BucketUnits[];
  /** A volume step was reached that gives earlier calls of the cycle another price. */
  readonly repricesEarlier: boolean;
}

/**
 * Prices a call in its turn: allowances of time and calls cover its first billed seconds, tiers price the next ones,
 * the tariff the rest; then fee, bounds, the one rounding and surcharges; then allowances of money pay of the amount.
 * Its steps are those that it has without any of this.
 *
 * Without `totals` a volume step is chosen by what was used up to this call. Laws, tested: covered and paid seconds add
 * up to the billed ones; no allowance is used beyond what it holds.
 */
export function priceInTurn(rules: PoolRules, state: PoolState, call: CallInTurn, totals?: CycleTotals): PricedInTurn {
  const { opening, talkedS } = call;
  const stepped = stepCall(opening, talkedS);
  const scoped = scopeOf(call);
  const buckets = stepped.billedS === 0 ? [] : openBuckets(rules, state, scoped);
  const cover = coverTime(buckets, stepped.billedS);
  const { coveredS } = cover;
  const settled = settler(stepped, talkedS, cover);
  const ownAmount = () => settled([{ untilS: stepped.billedS, paidBy: "tariff" }]).settlement.amount;
  const tiered = priceByTiers(rules, state, { scoped, stepped, coveredS, ownAmount, totals });
  const { charge, settlement } = settled(tiered.stretches);
  const amount = tiered.whole === null ? charge.amount : wholeAmount(opening, settlement, tiered.whole);
  const money = buckets.filter(({ allowance }) => allowance.unit === "amount");
  const credits = drawDown(money, call.inAccountCurrency(amount));
  const taken = [...cover.taken, ...credits];
  const shown = tiered.whole === null && credits.length === 0 ? {} : { ratePerMinute: null, connectFee: ZERO };
  return {
    charge: {
      ...{ ...charge, amount, ...shown },
      parts: [
        ...coveredParts(cover),
        ...tiered.parts,
        ...surchargeParts(charge.surcharges),
        ...credits.map(({ from, quantity }) => creditPart(from.allowance, quantity)),
      ],
      credited: nanos(credits.reduce((paid, { quantity }) => paid + quantity, 0n)),
    },
    state: { ...afterTaking(state, taken), counters: tiered.counters },
    taken: taken.map(({ from: { allowance, bucket }, quantity }) => {
      return { key: allowance.key, expiresAt: bucket.expiresAt, quantity };
    }),
    repricesEarlier: tiered.repricesEarlier,
  };
}

const scopeOf = ({ accountId, opening, calledText, direction }: CallInTurn): ScopedCall => ({
  ...{ accountId, calledText, direction },
  answeredAt: opening.answeredAt,
  service: opening.tariff.terms.service ?? "voice",
  destination: destinationOf(opening.found),
});

/** Makes charges of a call that an allowance covers in part: each for another way to pay the rest. */
function settler(stepped: SteppedCall, talkedS: number, cover: Cover) {
  const { coveredS, paysConnectFee, waivesSurcharges } = cover;
  const { opening, billedS } = stepped;
  const metered = { talkedS, billedS, coveredS };
  const waiver = waivesSurcharges ? { waivesSurcharges } : {};
  const share = coveredS > 0 ? { leftS: coveredS, paysConnectFee, ...waiver } : undefined;
  return (paid: readonly Stretch[]): { readonly charge: RatedCharge; readonly settlement: ExactSettlement } => {
    const { sum, rates } = sumStretches(stepped, [{ untilS: coveredS, paidBy: "allowance" }, ...paid]);
    const settlement = settle(opening, metered, sum, share);
    return { charge: chargeOfReading(opening, { ...metered, sum, rates }, settlement), settlement };
  };
}

/** The amount of a charge that tiers of calls or amounts price, rounded once like any other, and its surcharges. */
function wholeAmount({ tariff }: Opening, settlement: ExactSettlement, { tiers, shares }: WholeShares): Nanos {
  const { bounded, surcharges } = settlement;
  const { by, steps } = tiers.table;
  const counted = shares.reduce((sum, { quantity }) => sum + quantity, 0n);
  const exact = shares.reduce((sum: Fraction, { step, quantity }) => {
    const price = step === null ? undefined : steps[step]?.price;
    if (price?.kind === "unit") return addFraction(sum, unitAmount(by, price.perUnit, quantity));
    const own = multiplyFraction(bounded, { numerator: quantity, denominator: counted });
    return addFraction(sum, price === undefined ? own : multiplyFraction(own, partLeft(price.percent)));
  }, NO_FRACTION);
  return addAmounts(roundFraction(exact, tariff.terms.decimals, tariff.terms.rounding), surcharges);
}

const coveredParts = ({ taken }: Cover): ChargePart[] =>
  taken.map(({ from: { allowance }, seconds }) => {
    return { kind: "allowance", key: allowance.key, name: allowance.name, seconds, paid: null };
  });

const creditPart = ({ key, name }: { readonly key: string; readonly name: string }, paid: bigint): ChargePart => ({
  kind: "allowance",
  ...{ key, name, seconds: null, paid: nanos(paid) },
});
