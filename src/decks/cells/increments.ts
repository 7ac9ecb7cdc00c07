import type { Increments } from "../../core/tariff/rate.ts";

/** A day; longer steps are a mistake in the deck. */
const STEP_S_MAX = 86_400;

const PER_SECOND = /^(per |full )?sec(ond)?( billing)?$/i;
const PER_MINUTE = /^(per |full )?min(ute)?( billing)?$/i;

const SECONDS = /(?:\s*s(?:ec(?:onds?|s)?)?|["”″]|''|′′)?\.?/;
const INCREMENTS = new RegExp(`^(\\d{1,5})${SECONDS.source}(?:\\s*[/\\\\+:|x-]\\s*(\\d{1,5})${SECONDS.source})?$`, "i");

/**
 * "30/6", "60+1", "1 : 1", "60s/1s", "60" (both steps), "per second". Seconds; undefined for anything else, such as the dates
 * that a spreadsheet makes of 1/1 and 6/6.
 */
export function parseIncrements(text: string): Increments | undefined {
  const match = INCREMENTS.exec(text);
  if (match === null && PER_SECOND.test(text)) return { firstS: 1, nextS: 1 };
  if (match === null && PER_MINUTE.test(text)) return { firstS: 60, nextS: 60 };
  if (match === null) return undefined;
  const firstS = Number(match[1]);
  const nextS = Number(match[2] ?? match[1]);
  const fits = firstS >= 1 && firstS <= STEP_S_MAX && nextS >= 1 && nextS <= STEP_S_MAX;
  return fits ? { firstS, nextS } : undefined;
}
