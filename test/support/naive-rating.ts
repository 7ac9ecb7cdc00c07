import { Decimal as Oracle } from "decimal.js";
import { type Decimal, formatDecimal } from "../../src/core/money/decimal.ts";
import type { RoundingMode } from "../../src/core/money/rounding.ts";
import type { CallToRate } from "../../src/core/rating/opening.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import type { TariffTerms, TariffVersion, TimeWindow } from "../../src/core/tariff/tariff.ts";

const Exact = Oracle.clone({ precision: 200 });

const MODES: Record<RoundingMode, Oracle.Rounding> = {
  up: Oracle.ROUND_UP,
  down: Oracle.ROUND_DOWN,
  "half-up": Oracle.ROUND_HALF_UP,
  "half-even": Oracle.ROUND_HALF_EVEN,
};

type Version = TariffVersion & { readonly rates: readonly Rate[] };

/**
 * What the rules say, done the slow way: a list of rates, one step after the other, second by second, in decimal.js.
 */
export function rateNaively(version: Version, call: CallToRate): string {
  const { terms } = version;
  const opening = findNaively(version, call);
  if (opening === undefined) return "no-rate";
  if (opening.blocked) return "blocked";
  if (call.talkedS === 0) return "0 billed=0";
  const prices: Oracle[] = [];
  const coverS = call.talkedS <= opening.freeS ? 0 : Math.max(call.talkedS - opening.freeS, opening.minimumS);
  let endS = 0;
  while (endS < coverS) {
    endS += nextStepS(version, opening, call, endS);
    for (let second = prices.length; second < endS; second++) {
      const { ratePerUnit, unitS } = slotAt(priceAt(version, opening, call, second), opening.freeS + second);
      prices.push(new Exact(formatDecimal(ratePerUnit)).times(MULTIPLE_OF_UNITS / unitS));
    }
  }
  const leftS = call.allowance?.leftS ?? 0;
  const time = prices.slice(leftS).reduce((sum, price) => sum.plus(price), new Exact(0));
  const covered = leftS > 0 && endS <= leftS;
  const amount = bounded(opening, time, covered, call);
  return `${new Exact(amount.toFixed(terms.decimals, MODES[terms.rounding])).toFixed()} billed=${endS}`;
}

/** Prices are kept as multiples of 1/420 of a second's, so that only the last division can be inexact. */
const MULTIPLE_OF_UNITS = 420;

function bounded(opening: Rate, time: Oracle, covered: boolean, { allowance }: CallToRate): Oracle {
  const multiple = (amount: Decimal) => new Exact(formatDecimal(amount)).times(MULTIPLE_OF_UNITS);
  let sum = covered && !allowance?.paysConnectFee ? time : time.plus(multiple(opening.connectFee));
  if (!covered && opening.minimumCost) sum = Exact.max(sum, multiple(opening.minimumCost));
  if (opening.maximumCost) sum = Exact.min(sum, multiple(opening.maximumCost));
  return sum.div(MULTIPLE_OF_UNITS);
}

function nextStepS(version: Version, opening: Rate, call: CallToRate, endS: number): number {
  const { firstS } = opening.increments;
  if (endS === 0 && firstS > 0) return firstS;
  const { stepS } = slotAt(priceAt(version, opening, call, endS), opening.freeS + endS);
  return version.terms.incrementBase === "total" ? stepS - (endS % stepS) : stepS;
}

function slotAt(rate: Rate, callS: number) {
  const first = { fromS: 0, ratePerUnit: rate.ratePerUnit, unitS: rate.unitS, stepS: rate.increments.nextS };
  return [first, ...rate.slots].findLast((slot) => slot.fromS <= callS)!;
}

/** The rate of the prefix that prices a second of the call. */
function priceAt({ terms, rates }: Version, opening: Rate, { answeredAt }: CallToRate, second: number): Rate {
  const at = answeredAt + (opening.freeS + second) * 1_000;
  const candidates = rates.filter(({ prefix }) => prefix === opening.prefix);
  const now = inForce(terms, candidates, {
    effectiveAt: terms.reprice === "at-next-slice" ? at : answeredAt,
    clockAt: terms.windowCrossing === "split" ? at : answeredAt,
  });
  return now === undefined || now.blocked ? opening : now;
}

function findNaively({ terms, rates }: Version, { called, answeredAt }: CallToRate): Rate | undefined {
  for (let length = called.length; length >= 0; length--) {
    const candidates = rates.filter(({ prefix }) => prefix === called.slice(0, length));
    const found = inForce(terms, candidates, { effectiveAt: answeredAt, clockAt: answeredAt });
    if (found) return found;
  }
  return undefined;
}

function inForce(terms: TariffTerms, rates: readonly Rate[], at: { effectiveAt: number; clockAt: number }) {
  const held = rates.filter((rate) => {
    const window = terms.windows.find(({ name }) => name === rate.window);
    const inTime = rate.effectiveFrom <= at.effectiveAt && at.effectiveAt < (rate.effectiveTo ?? Number.MAX_VALUE);
    return inTime && (!window || isOpenNaively(window, terms.timeZone, at.clockAt));
  });
  const priority = (rate: Rate) => terms.windows.find(({ name }) => name === rate.window)?.priority ?? -1;
  const place = (rate: Rate) => terms.windows.findIndex(({ name }) => name === rate.window);
  return held
    .toReversed() // of equal rates the one that was listed last
    .toSorted((a, b) => priority(b) - priority(a) || place(a) - place(b) || b.effectiveFrom - a.effectiveFrom)[0];
}

function isOpenNaively({ fromS, untilS, weekdays, dates }: TimeWindow, zone: string, at: number): boolean {
  const shown = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime();
  const clockS = shown.hour * 3_600 + shown.minute * 60 + shown.second;
  const includes = (day: Temporal.PlainDate) =>
    (weekdays.length === 0 || weekdays.includes(day.dayOfWeek)) &&
    (dates.length === 0 || dates.some((date) => day.toString() === date || day.toString().slice(5) === date));
  const today = shown.toPlainDate();
  if (fromS < untilS) return clockS >= fromS && clockS < untilS && includes(today);
  return (clockS >= fromS && includes(today)) || (clockS < untilS && includes(today.subtract({ days: 1 })));
}
