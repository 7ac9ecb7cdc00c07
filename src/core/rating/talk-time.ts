import { invariant } from "../invariant.ts";
import { compareFraction } from "../money/fraction.ts";
import type { Nanos } from "../money/nanos.ts";
import type { CompiledTariff } from "../tariff/compiled-tariff.ts";
import type { RatedCharge, Unrated } from "./charge.ts";
import { type AllowanceShare, type CallToRate, type Opening, openCall } from "./opening.ts";
import { NO_READING, rateOpened, takeReading } from "./rate-call.ts";
import { inMainUnits, settle } from "./settle.ts";

/** How long a call may last. */
export interface TalkTime {
  readonly kind: "talk-time";
  /** 0: not even the first step can be paid. */
  readonly talkS: number;
  /** What a call of that length costs. */
  readonly charge: RatedCharge;
  readonly limitedBy: "balance" | "maximum-cost" | "cap";
}

/** One payer of a call: the customer, or a reseller above it at its own price. */
export interface Payer {
  readonly tariff: CompiledTariff;
  /** What may be spent: wallet and credit together. */
  readonly balance: Nanos;
  readonly allowance?: AllowanceShare;
}

/** A call that is about to begin; it may last `capS` seconds at most. */
export interface CallToCap extends Omit<CallToRate, "talkedS" | "allowance"> {
  readonly capS: number;
}

/**
 * The longest talk time whose full cost fits a balance, by steps: with .12, a connection fee of .02 and .06/min at
 * 60/60 it is 60 s, because a second minute can't be paid. At most `capS` seconds.
 *
 * A call that costs nothing needs no balance, not even one above zero. A maximum cost that cuts the call off ends it at
 * the last second before the price would pass it; one that makes the rest free lets it last. Law, tested: cost(talkS)
 * <= balance < cost(talkS + 1), unless the cap or the maximum cost ended it.
 */
export function longestTalk(
  { tariff, balance, allowance }: Payer,
  { called, answeredAt, origin, capS }: CallToCap,
): TalkTime | Unrated {
  invariant(Number.isSafeInteger(capS) && capS >= 0, `capS is whole seconds, 0 or more, got ${capS}`);
  const opening = openCall(tariff, called, answeredAt, origin);
  if (opening.kind !== "open") return opening;
  const costOf = (talkedS: number) => rateOpened(opening, allowance ? { talkedS, allowance } : { talkedS });
  const affordable = (talkedS: number) => costOf(talkedS).amount <= (balance > 0n ? balance : 0n);
  const allowedS = longestByPrice(opening, capS, allowance);
  const talkS = longestOf(allowedS, affordable);
  const limitedBy = talkS < allowedS ? "balance" : allowedS < capS ? "maximum-cost" : "cap";
  return { kind: "talk-time", talkS, charge: costOf(talkS), limitedBy };
}

/** The longest talk time that the price itself allows: a maximum cost may end the call. At most `capS` seconds. */
export const longestByPrice = (opening: Opening, capS: number, allowance?: AllowanceShare): number =>
  longestOf(capS, (talkedS) => !isCutOff(opening, talkedS, allowance));

/**
 * The talk time that every level of a selling chain can pay, each at its own retail price: the shortest of theirs.
 * The answer names the level that sets it; a level without a rate, or blocked, refuses the call.
 */
export function longestTalkOfChain<Level extends Payer>(
  levels: readonly Level[],
  call: CallToCap,
): { readonly level: Level; readonly answer: TalkTime | Unrated } {
  invariant(levels.length > 0, "a call has a payer");
  const answers = levels.map((level) => ({ level, answer: longestTalk(level, call) }));
  const talkS = ({ answer }: (typeof answers)[number]) => (answer.kind === "talk-time" ? answer.talkS : -1);
  return answers.reduce((shortest, next) => (talkS(next) < talkS(shortest) ? next : shortest));
}

/** Whether a call of that length has run past a maximum cost that ends it. */
function isCutOff(opening: Opening, talkedS: number, allowance: AllowanceShare | undefined): boolean {
  const { price, tariff } = opening;
  if (price.maximumCost === null || price.terms.atMaximumCost !== "disconnect") return false;
  const reading = takeReading(opening, tariff, NO_READING, { talkedS, leftS: allowance?.leftS ?? 0 });
  const { sum } = settle(opening, reading, reading.sum, allowance);
  return compareFraction(sum, inMainUnits(price, price.maximumCost)) > 0;
}

/** The largest whole number from 0 to `most` that `fits`, where all below a fitting one fit. 0 is taken to fit. */
function longestOf(most: number, fits: (value: number) => boolean): number {
  if (fits(most)) return most;
  let low = 0;
  let high = most;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
