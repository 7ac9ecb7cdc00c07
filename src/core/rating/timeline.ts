import { invariant } from "../invariant.ts";
import {
  type CompiledTariff,
  type FoundRate,
  findRate,
  hasOneRate,
  isBlockedRow,
  type Layer,
  NO_ROW,
  nextChange,
  priceOf,
  rowInForce,
} from "../tariff/compiled-tariff.ts";
import type { Price, PriceSlot } from "../tariff/price.ts";
import type { Opening } from "./opening.ts";
import { stepsEnd } from "./step.ts";

/**
 * The seconds of a call in order, each with its price. A *position* counts seconds from the first that is not given
 * away: the second at position p begins `freeS + p` seconds after the answer.
 *
 * Two rules make every price. A step is as long as the slot and the rate in which it starts say. A billed second costs
 * what the slot and the rate say in which it lies. So a window's edge splits the price exactly there, and increments go
 * on counting over it.
 */

/** Billed seconds in a row at one price. */
export interface BilledRun {
  readonly fromS: number;
  readonly untilS: number;
  readonly price: Price;
  readonly slot: PriceSlot;
  /** The table that holds the rate, and its row there. */
  readonly layer: Layer;
  readonly row: number;
}

/**
 * Takes the steps from the end of the last one (`fromS`, 0 at the start) until they cover `coverS`; each run of seconds
 * with one price goes to `visit`. Returns the end of the last step: the seconds billed in all.
 *
 * `current` is the tariff version that prices these seconds: the opening's own, or a later one where the terms say
 * `at-next-slice`.
 */
export function takeSteps(
  opening: Opening,
  current: CompiledTariff,
  { fromS, coverS }: { readonly fromS: number; readonly coverS: number },
  visit: (run: BilledRun) => void,
): number {
  let positionS = fromS;
  let stepEndS = fromS;
  while (positionS < stepEndS || stepEndS < coverS) {
    const segment = segmentAt(opening, current, positionS);
    if (positionS === stepEndS) {
      const wanted = { startS: positionS, coverS: Math.min(coverS, segment.untilS) };
      const steps = { firstS: opening.price.terms.increments.firstS, stepS: segment.slot.stepS };
      stepEndS = stepsEnd(wanted, steps, opening.tariff.terms.incrementBase);
    }
    const untilS = Math.min(stepEndS, segment.untilS);
    invariant(untilS > positionS, "every run of seconds gets on");
    visit({ ...segment, fromS: positionS, untilS });
    positionS = untilS;
  }
  return stepEndS;
}

/**
 * Position from which another price than the opening's may hold, slots apart; Infinity for most calls. Below 0 where
 * that is within the seconds that are given away.
 */
export function openingHoldsUntilS(opening: Opening): number {
  const { reprice, windowCrossing } = opening.tariff.terms;
  if (hasOneRate(opening.found) || (reprice === "at-answer" && windowCrossing === "at-answer"))
    return Number.POSITIVE_INFINITY;
  return changeAfter(opening, opening.found, opening.answeredAt);
}

/**
 * Talk time after `fromS` and before `untilS` at which the clock brings another rate: a window begins or ends, or the
 * rate of a date. What changes with the length of the call alone (slots) is none. null: there is none.
 */
export function nextRateChange(
  opening: Opening,
  { fromS, untilS }: { readonly fromS: number; readonly untilS: number },
): number | null {
  if (openingHoldsUntilS(opening) === Number.POSITIVE_INFINITY) return null;
  const { freeS } = opening.price.terms;
  let before = segmentAt(opening, opening.tariff, fromS - freeS);
  while (freeS + before.untilS < untilS) {
    const after = segmentAt(opening, opening.tariff, before.untilS);
    if (after.layer !== before.layer || after.row !== before.row) return freeS + after.fromS;
    before = after;
  }
  return null;
}

/** The price of the second at a position, and the position until which it holds at least. */
function segmentAt(opening: Opening, current: CompiledTariff, positionS: number): BilledRun {
  const { tariff, found, answeredAt, zones } = opening;
  const at = instantOf(opening, positionS);
  const effectiveAt = tariff.terms.reprice === "at-next-slice" ? at : answeredAt;
  const clockAt = tariff.terms.windowCrossing === "split" ? at : answeredAt;
  const now = current === tariff ? found : (findRate(current, opening.called, at, zones) ?? found);
  const inForce = rowInForce(now.layer, now.entry, effectiveAt, clockAt, zones);
  // Where nothing is in force any more, or the destination was blocked since, an answered call keeps the price at
  // answer.
  const kept = inForce === NO_ROW || isBlockedRow(now.layer, inForce);
  const layer = kept ? found.layer : now.layer;
  const row = kept ? found.row : inForce;
  const price = priceOf(layer, row);
  const slots = price.slots;
  const callS = opening.price.terms.freeS + positionS;
  const index = slots.findLastIndex((slot) => slot.fromS <= callS);
  const slotUntilS = (slots[index + 1]?.fromS ?? Number.POSITIVE_INFINITY) - opening.price.terms.freeS;
  const untilS = Math.min(slotUntilS, changeAfter(opening, now, at));
  return { fromS: positionS, untilS, price, slot: slots[index] as PriceSlot, layer, row };
}

/** Position of the first whole second at or after the next instant, after `at`, at which another rate may hold. */
function changeAfter(opening: Opening, found: FoundRate, at: number): number {
  const { reprice, windowCrossing } = opening.tariff.terms;
  const watch = { dates: reprice === "at-next-slice", windows: windowCrossing === "split" };
  const change = nextChange(found, at, watch);
  return Math.ceil((change - opening.answeredAt) / 1_000) - opening.price.terms.freeS;
}

const instantOf = ({ answeredAt, price }: Opening, positionS: number): number =>
  answeredAt + (price.terms.freeS + positionS) * 1_000;
