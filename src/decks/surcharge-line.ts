import type { Currency } from "../core/money/currency.ts";
import type { Surcharge } from "../core/tariff/tariff.ts";
import { type EpochMs, toInstant } from "../core/time/epoch.ts";

/** `Surcharge "Origin": 0.05 EUR a minute in steps of 60/60, on calls to 49 from Rest of world`. */
export function surchargeLine(surcharge: Surcharge, currency: Currency): string {
  const { name, perCall, perMinute, increments, called, origins, ingressTrunks, egressTrunks, window } = surcharge;
  const steps = increments === null ? "" : ` in steps of ${increments.firstS}/${increments.nextS}`;
  const amounts = [
    ...(perMinute === "0" ? [] : [`${perMinute} ${currency} a minute${steps}`]),
    ...(perCall === "0" ? [] : [`${perCall} ${currency} a call`]),
  ];
  const limits = [
    ...named("to", called),
    ...named("from", origins),
    ...named("in by trunk", ingressTrunks),
    ...named("out by trunk", egressTrunks),
    ...named("in the window", window === null ? [] : [window]),
  ];
  const { effectiveFrom, effectiveTo } = surcharge;
  const dates = [
    ...(effectiveFrom > 0 ? [`from ${day(effectiveFrom)} on`] : []),
    ...(effectiveTo === null ? [] : [`until ${day(effectiveTo)}`]),
  ];
  const calls = `on ${limits.length === 0 ? "all calls" : `calls ${limits.join(" ")}`}`;
  return [`Surcharge "${name}": ${amounts.join(" and ") || `0 ${currency}`}, ${calls}`, ...dates].join(", ");
}

const named = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${what} ${names.join(" or ")}`];

/** "2026-03-09" at midnight UTC, else with the time. */
const day = (at: EpochMs): string =>
  toInstant(at)
    .toString()
    .replace(/T00:00:00Z$/, "");
