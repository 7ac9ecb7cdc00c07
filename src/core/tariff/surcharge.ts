import { invariant } from "../invariant.ts";
import { type Decimal, formatDecimal, parseDecimal } from "../money/decimal.ts";
import type { E164 } from "../numbering/number.ts";
import type { EpochMs } from "../time/epoch.ts";
import { type ClockWindows, compileWindows, isOpen } from "./clock-window.ts";
import { deriveAmount } from "./derive-price.ts";
import type { CallOrigin } from "./origin-zone.ts";
import type { Derivation, Surcharge, TariffTerms } from "./tariff.ts";

/** {@link Surcharge} made ready for look-ups, as the tariff that it is seen from asks it. */
export interface CompiledSurcharge {
  readonly surcharge: Surcharge;
  readonly perCall: Decimal;
  readonly perMinute: Decimal;
  /** null: any number. */
  readonly called: { readonly prefixes: ReadonlySet<string>; readonly lengthMax: number } | null;
  readonly window: { readonly of: ClockWindows; readonly index: number } | null;
}

/** Tariffs without surcharges, and calls that owe none, cost one look at this list. */
export const NO_SURCHARGES: readonly CompiledSurcharge[] = [];

/**
 * The surcharges of a tariff: its own, and its base's by the percentage of the formula, but for those whose names it
 * has itself. Errors: what a setup should have refused is a bug and throws.
 */
export function compileSurcharges(
  terms: TariffTerms,
  base: readonly CompiledSurcharge[],
  derivation: Derivation | null,
): readonly CompiledSurcharge[] {
  const { surcharges = [], windows, calendars, timeZone } = terms;
  if (surcharges.length === 0 && base.length === 0) return NO_SURCHARGES;
  const own = surcharges.some(({ window }) => window !== null) ? compileWindows(timeZone, windows, calendars) : null;
  const names = new Set(surcharges.map(({ name }) => name));
  const inherited = base.filter(({ surcharge }) => !names.has(surcharge.name));
  return [
    ...surcharges.map((surcharge) => compileSurcharge(surcharge, own)),
    ...(derivation === null ? inherited : inherited.map((one) => derived(one, derivation))),
  ];
}

function compileSurcharge(surcharge: Surcharge, windows: ClockWindows | null): CompiledSurcharge {
  const { name, called, window } = surcharge;
  const [perCall, perMinute] = [surcharge.perCall, surcharge.perMinute].map(parseDecimal);
  invariant(perCall && perMinute, `amounts of surcharge ${name} are decimals`);
  const index = windows === null ? -1 : windows.windows.findIndex((one) => one.name === window);
  invariant(window === null || index >= 0, `the window of surcharge ${name} is one of the tariff's`);
  return {
    surcharge,
    perCall,
    perMinute,
    called:
      called.length === 0
        ? null
        : { prefixes: new Set(called), lengthMax: Math.max(...called.map(({ length }) => length)) },
    window: windows === null || index < 0 ? null : { of: windows, index },
  };
}

const derived = (one: CompiledSurcharge, derivation: Derivation): CompiledSurcharge => ({
  ...one,
  perCall: deriveAmount(one.perCall, derivation),
  perMinute: deriveAmount(one.perMinute, derivation),
});

/**
 * The same as a list: a tariff's own surcharges, and those that a derived one has from its base, at its amounts. Their
 * windows are the tariff's own or, of inherited ones, the base's.
 */
export function listSurcharges(
  own: readonly Surcharge[],
  base: readonly Surcharge[],
  derivation: Derivation | null,
): readonly Surcharge[] {
  const names = new Set(own.map(({ name }) => name));
  const inherited = base.filter(({ name }) => !names.has(name));
  if (derivation === null) return [...own, ...inherited];
  const amount = (text: string): string => {
    const value = parseDecimal(text);
    invariant(value, `amounts of surcharges are decimals, got ${text}`);
    return formatDecimal(deriveAmount(value, derivation));
  };
  return [
    ...own,
    ...inherited.map((one) => ({ ...one, perCall: amount(one.perCall), perMinute: amount(one.perMinute) })),
  ];
}

/** The call, as far as it decides what is due. */
interface SurchargedCall {
  /** The digits that it is priced by. */
  readonly called: E164;
  readonly answeredAt: EpochMs;
  /** The tariff's zones that the call is in, the most specific first. */
  readonly zones: readonly string[];
  readonly origin: CallOrigin;
}

/**
 * The surcharges that a call owes, each name once, in the order of the tariff. Of one name the longest prefix of the
 * called number wins, then the most specific zone, then one with a window over one without, then the one that began
 * later; of two left the first.
 */
export function surchargesDue(surcharges: readonly CompiledSurcharge[], call: SurchargedCall): CompiledSurcharge[] {
  const due = new Map<string, { readonly one: CompiledSurcharge; readonly rank: readonly number[] }>();
  for (const one of surcharges) {
    const rank = rankOf(one, call);
    if (rank === null) continue;
    const { name } = one.surcharge;
    const known = due.get(name);
    if (known === undefined || outranks(rank, known.rank)) due.set(name, { one, rank });
  }
  return [...due.values()].map(({ one }) => one);
}

/** How closely a surcharge fits a call, the weightiest first; null: it is not for it. */
function rankOf({ surcharge, called, window }: CompiledSurcharge, call: SurchargedCall): readonly number[] | null {
  const { origins, ingressTrunks, egressTrunks, effectiveFrom, effectiveTo } = surcharge;
  const { answeredAt, zones, origin } = call;
  if (answeredAt < effectiveFrom || (effectiveTo !== null && answeredAt >= effectiveTo)) return null;
  if (!isAmong(ingressTrunks, origin.ingressTrunk) || !isAmong(egressTrunks, origin.egressTrunk)) return null;
  const prefixLength = called === null ? 0 : longestPrefix(called, call.called);
  if (prefixLength < 0) return null;
  const place = origins.length === 0 ? zones.length : zones.findIndex((zone) => origins.includes(zone));
  if (place < 0) return null;
  if (window !== null && !isOpen(window.of, window.index, answeredAt)) return null;
  return [prefixLength, -place, window === null ? 0 : 1, effectiveFrom];
}

const isAmong = (names: readonly string[], name: string | null): boolean =>
  names.length === 0 || (name !== null && names.includes(name));

/** -1: none. */
function longestPrefix({ prefixes, lengthMax }: NonNullable<CompiledSurcharge["called"]>, called: string): number {
  for (let length = Math.min(lengthMax, called.length); length >= 0; length -= 1)
    if (prefixes.has(called.slice(0, length))) return length;
  return -1;
}

function outranks(a: readonly number[], b: readonly number[]): boolean {
  const differs = a.findIndex((value, index) => value !== b[index]);
  return differs >= 0 && (a[differs] as number) > (b[differs] as number);
}

/**
 * A tariff's surcharges as its table of short codes sees them, where prefixes have lost their `mark`; those of E.164
 * numbers get it, and so match no digits there.
 */
export const surchargesOfShortNumbers = (surcharges: readonly Surcharge[], mark: string): Surcharge[] =>
  surcharges.map((surcharge) => ({
    ...surcharge,
    called: surcharge.called.map((prefix) => (prefix.startsWith(mark) ? prefix.slice(mark.length) : mark + prefix)),
  }));

/**
 * From when on one list of surcharges asks other amounts than another: the first moment that one of them is in force
 * otherwise; undefined: they are the same.
 */
export function firstSurchargeDifference(
  before: readonly Surcharge[],
  after: readonly Surcharge[],
): EpochMs | undefined {
  const moments = [...changedFrom(before, after), ...changedFrom(after, before)];
  return moments.reduce<EpochMs | undefined>(
    (first, at) => (first === undefined || at < first ? at : first),
    undefined,
  );
}

/** One that only ends at another time differs from the earlier end on. */
function changedFrom(some: readonly Surcharge[], others: readonly Surcharge[]): EpochMs[] {
  const texts = new Map(others.map((other) => [textOf(other), other.effectiveTo]));
  return some.flatMap((one) => {
    const otherEnd = texts.get(textOf(one));
    if (otherEnd === undefined) return [one.effectiveFrom];
    if (otherEnd === one.effectiveTo) return [];
    return [one.effectiveTo, otherEnd]
      .filter((end) => end !== null)
      .toSorted((a, b) => a - b)
      .slice(0, 1);
  });
}

/** The same for surcharges that differ in their end alone, whatever the order of their fields. */
function textOf({ effectiveTo: _, ...surcharge }: Surcharge): string {
  return JSON.stringify(Object.entries(surcharge).sort(([a], [b]) => (a < b ? -1 : 1)));
}
