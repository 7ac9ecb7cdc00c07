import { type Decimal, formatDecimal, multiplyDecimal, parseDecimal } from "../money/decimal.ts";
import { addFraction, type Fraction, multiplyFraction, NO_FRACTION } from "../money/fraction.ts";
import type { PriceSlot } from "../tariff/price.ts";
import { type Opening, secondsToCover } from "./opening.ts";
import { inMainUnits } from "./settle.ts";
import { partLeft, type TierPrice, unitAmount } from "./tier.ts";
import { type BilledRun, takeSteps } from "./timeline.ts";

/** A call with its steps taken: the seconds that are billed, whoever pays for them. */
export interface SteppedCall {
  readonly opening: Opening;
  readonly billedS: number;
  /** Runs of seconds with one price of the tariff, from the first billed second on. */
  readonly runs: readonly BilledRun[];
}

/** Seconds in a row of a call that are paid in one way; begins where the one before ended. */
export interface Stretch {
  /** Where it ends, as a position in the call. */
  readonly untilS: number;
  /** An allowance pays; or money, at the tariff's price, or at that of a tier. */
  readonly paidBy: "allowance" | "tariff" | TierPrice;
}

/** The exact price of a call's seconds, without fee, bounds and rounding. */
export interface StretchedSum {
  readonly sum: Fraction;
  /** The rates a minute of the paid seconds, in order of time, each once. */
  readonly rates: readonly string[];
}

export function stepCall(opening: Opening, talkedS: number): SteppedCall {
  const runs: BilledRun[] = [];
  const span = { fromS: 0, coverS: secondsToCover(opening.price.terms, talkedS) };
  const billedS = takeSteps(opening, opening.tariff, span, (run) => runs.push(run));
  return { opening, billedS, runs };
}

/**
 * Adds up a call whose billed seconds are paid in several ways. The stretches cover all of them; they never change the
 * steps, which count from the start of the call.
 */
export function sumStretches({ runs }: SteppedCall, stretches: readonly Stretch[]): StretchedSum {
  let sum = NO_FRACTION;
  const rates = new Set<string>();
  let fromS = 0;
  for (const { untilS, paidBy } of stretches) {
    if (paidBy !== "allowance") {
      for (const run of runs) {
        const seconds = Math.min(run.untilS, untilS) - Math.max(run.fromS, fromS);
        if (seconds <= 0) continue;
        sum = addFraction(sum, secondsAmount(run, seconds, paidBy));
        rates.add(rateAMinute(run.slot, paidBy));
      }
    }
    fromS = untilS;
  }
  return { sum, rates: [...rates] };
}

function secondsAmount({ price, slot }: BilledRun, seconds: number, paidBy: "tariff" | TierPrice): Fraction {
  if (paidBy !== "tariff" && paidBy.kind === "unit") return unitAmount("seconds", paidBy.perUnit, BigInt(seconds));
  const own = inMainUnits(price, slot.perSecond * BigInt(seconds));
  return paidBy === "tariff" ? own : multiplyFraction(own, partLeft(paidBy.percent));
}

const CENT: Decimal = { units: 1n, scale: 2 };

/** The rate a minute as a plain decimal, exact wherever the tariff's own one is. */
function rateAMinute({ ratePerMinute }: PriceSlot, paidBy: "tariff" | TierPrice): string {
  if (paidBy === "tariff") return ratePerMinute;
  if (paidBy.kind === "unit") return formatDecimal(paidBy.perUnit);
  const { units, scale } = paidBy.percent;
  const left = { units: 100n * 10n ** BigInt(scale) - units, scale };
  const own = parseDecimal(ratePerMinute);
  return own === undefined ? ratePerMinute : formatDecimal(multiplyDecimal(multiplyDecimal(own, left), CENT));
}
