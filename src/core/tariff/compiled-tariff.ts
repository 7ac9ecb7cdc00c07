import { invariant } from "../invariant.ts";
import type { E164 } from "../numbering/number.ts";
import { UNITS_RATED } from "../usage/service-units.ts";
import { type ClockWindow, type ClockWindows, compileWindows, isOpen, nextEdge } from "./clock-window.ts";
import { derivePrice } from "./derive-price.ts";
import { compileZones, NO_ZONES, type OriginZones } from "./origin-zone.ts";
import {
  ANY_TIME,
  BLOCKED,
  NO_ENTRY,
  type PrefixTable,
  PrefixTableBuilder,
  ROW_DESTINATION,
  ROW_PRICE,
  ROW_SIZE,
  ROW_SPAN,
  type Span,
} from "./prefix-table.ts";
import type { Price } from "./price.ts";
import type { Rate } from "./rate.ts";
import { type CompiledSurcharge, compileSurcharges, NO_SURCHARGES } from "./surcharge.ts";
import type { Derivation, TariffTerms, TariffVersion } from "./tariff.ts";

/**
 * One published tariff version ready for look-ups; immutable, so a process swaps it by assigning one reference.
 * A derived tariff and an account's overrides hold only their own rates, and share the layers of the tariff below.
 */
export interface CompiledTariff {
  readonly tariffId: string;
  readonly version: number;
  readonly terms: TariffTerms;
  /** What it was compiled over; tells a cache whether that was replaced since. */
  readonly base: CompiledTariff | null;
  /** Of the tariff at the bottom: a derived one has the zones of its base. null: origins do not matter. */
  readonly zones: OriginZones | null;
  /** Its own, and those of the tariffs below. */
  readonly surcharges: readonly CompiledSurcharge[];
  /** Tables to look in, from the top. */
  readonly layers: readonly Layer[];
}

/** One table of rates, as seen from a tariff at or above it. */
export interface Layer {
  /** The version that published these rates. */
  readonly tariffId: string;
  readonly version: number;
  readonly table: PrefixTable;
  readonly windows: ClockWindows;
  /** What the tariff asks for the table's prices: through its formulas, each made once, when it is first met. */
  readonly prices: (Price | undefined)[];
  /** The formulas from the table to the tariff, from the bottom. */
  readonly derivations: readonly Derivation[];
}

/** The rate that a number and a time lead to. */
export interface FoundRate {
  readonly layer: Layer;
  /** The prefix's rates in that tariff's table. */
  readonly entry: number;
  /** Which of them: its place in the table's runs. */
  readonly row: number;
  readonly prefixLength: number;
}

/**
 * Makes a version ready for look-ups; about a microsecond a rate.
 *
 * `base` is the compiled tariff that `version.derivation` names, itself possibly derived, in the same currency.
 * Errors: a version that publishing should have refused is a bug and throws.
 */
export function compileTariff(version: TariffVersion, base: CompiledTariff | null = null): CompiledTariff {
  return tariffFromTable(version, buildTable(version.terms, version.rates), base);
}

/** The same from a table that was built elsewhere: in chunks, or in another thread so that no running call waits. */
export function tariffFromTable(
  { tariffId, number, terms, derivation }: Omit<TariffVersion, "rates">,
  table: PrefixTable,
  base: CompiledTariff | null = null,
): CompiledTariff {
  invariant((derivation?.baseTariffId ?? null) === (base?.tariffId ?? null), "a derived tariff comes with its base");
  invariant(!base || base.terms.currency === terms.currency, "a derived tariff is in its base's currency");
  invariant(!base || base.terms.service === terms.service, "a derived tariff is for its base's service");
  const below = (base?.layers ?? []).map((layer) => {
    return derivation ? { ...layer, prices: [], derivations: [...layer.derivations, derivation] } : layer;
  });
  const zones = base === null ? terms.origins && compileZones(terms.origins) : base.zones;
  const surcharges = compileSurcharges(terms, base?.surcharges ?? NO_SURCHARGES, derivation);
  const tariff = { tariffId, version: number, terms, base, zones: zones ?? null, surcharges };
  return { ...tariff, layers: [...ownLayer(tariff, table), ...below] };
}

/**
 * `tariff` for one account that has rates of its own: the same id, version and terms, with `rates` laid over its own.
 */
export function withOverrides(tariff: CompiledTariff, rates: Iterable<Rate>): CompiledTariff {
  const own = ownLayer(tariff, buildTable(tariff.terms, rates));
  return { ...tariff, base: tariff, layers: [...own, ...tariff.layers] };
}

/** None for a table without rates: there is nothing to look up. */
function ownLayer(
  { tariffId, version, terms }: Pick<CompiledTariff, "tariffId" | "version" | "terms">,
  table: PrefixTable,
): Layer[] {
  if (table.prefixCount === 0) return [];
  const windows = compileWindows(terms.timeZone, terms.windows, terms.calendars);
  return [{ tariffId, version, table, windows, prices: [...table.prices], derivations: [] }];
}

export function buildTable(terms: TariffTerms, rates: Iterable<Rate>): PrefixTable {
  const windows = terms.windows.map((window) => window.name);
  const builder = new PrefixTableBuilder(windows, UNITS_RATED[terms.service ?? "voice"]);
  for (const rate of rates) builder.add(rate);
  return builder.finish();
}

/**
 * The rate for `called` at an instant: the longest prefix, over the tariff and all tariffs below it, that has a rate in
 * force for a call from these zones (`zonesOf`). Of equally long ones the upper tariff's, unless a lower one's is for a
 * more specific zone and no tariff above it has one for calls from anywhere. Null: none. It may be blocked; see
 * {@link isBlocked}.
 */
export function findRate(
  { layers }: CompiledTariff,
  called: E164,
  at: number,
  zones: readonly string[] = NO_ZONES,
): FoundRate | null {
  let longest: FoundRate | null = null;
  let hidesLower = true;
  for (const layer of layers) {
    const found = findRateIn(layer, called, at, zones);
    if (found === null || (longest !== null && found.prefixLength < longest.prefixLength)) continue;
    if (longest === null || found.prefixLength > longest.prefixLength) longest = found;
    else if (hidesLower) continue;
    else if (placeOf(found, zones) < placeOf(longest, zones)) longest = found;
    hidesLower = zones.length === 0 || isForAnywhere(found, at);
  }
  return longest;
}

/** The place of a rate's zone among the call's; after all of them for a rate without one. */
function placeOf({ layer, row }: FoundRate, zones: readonly string[]): number {
  const { origin } = spanOf(layer, row);
  return origin === null ? zones.length : zones.indexOf(origin);
}

/** Whether the prefix has a rate in force for calls from anywhere. */
const isForAnywhere = ({ layer, entry }: FoundRate, at: number): boolean =>
  rowInForce(layer, entry, at, at, NO_ZONES) !== NO_ROW;

export const isBlocked = ({ layer, row }: FoundRate): boolean => isBlockedRow(layer, row);

export const isBlockedRow = ({ table }: Layer, row: number): boolean => table.runs[row + ROW_PRICE] === BLOCKED;

export const destinationOf = ({ layer: { table }, row }: FoundRate): string =>
  table.destinations[table.runs[row + ROW_DESTINATION] as number] as string;

/** Name of the window that a row of a layer is for. */
export const windowOf = (layer: Layer, row: number): string | null =>
  layer.windows.windows[spanOf(layer, row).window]?.name ?? null;

/** Name of the zone that a row of a layer is for. */
export const originOf = (layer: Layer, row: number): string | null => spanOf(layer, row).origin;

/** The price of a row, as the tariff that the layer is seen from asks it. */
export function priceOf({ table, prices, derivations }: Layer, row: number): Price {
  const index = table.runs[row + ROW_PRICE] as number;
  const known = prices[index];
  if (known !== undefined) return known;
  const published = table.prices[index];
  invariant(published, "a blocked rate has no price");
  const price = derivations.reduce(derivePrice, published);
  prices[index] = price;
  return price;
}

export const NO_ROW = -1;

/**
 * Which of a prefix's rates holds: in force at `effectiveAt` by its dates, for one of the call's zones, and at `clockAt`
 * by its window. The most specific zone wins, and a rate without an origin yields to all; then the window of the
 * highest priority, and a rate without a window yields to all; of two rates left the one that began later.
 */
export function rowInForce(
  layer: Layer,
  entry: number,
  effectiveAt: number,
  clockAt: number,
  zones: readonly string[],
): number {
  const { runs } = layer.table;
  const end = entry + 1 + (runs[entry] as number) * ROW_SIZE;
  let best = NO_ROW;
  let bestPlace = Number.POSITIVE_INFINITY;
  let bestRank = Number.POSITIVE_INFINITY;
  let bestFrom = Number.NEGATIVE_INFINITY;
  for (let row = entry + 1; row < end; row += ROW_SIZE) {
    const { from, until, window, origin } = spanOf(layer, row);
    if (effectiveAt < from || effectiveAt >= until) continue;
    const place = origin === null ? Number.POSITIVE_INFINITY : zones.indexOf(origin);
    if (place < 0 || place > bestPlace) continue;
    const rank = window === ANY_TIME ? Number.POSITIVE_INFINITY : (layer.windows.windows[window] as ClockWindow).rank;
    if (place === bestPlace && (rank > bestRank || (rank === bestRank && from < bestFrom))) continue;
    if (window !== ANY_TIME && !isOpen(layer.windows, window, clockAt)) continue;
    best = row;
    bestPlace = place;
    bestRank = rank;
    bestFrom = from;
  }
  return best;
}

/** The first instant after `at` at which another of a prefix's rates may hold; Infinity: never. */
export function nextChange(
  { layer, entry }: FoundRate,
  at: number,
  watch: { readonly dates: boolean; readonly windows: boolean },
): number {
  const { runs } = layer.table;
  const end = entry + 1 + (runs[entry] as number) * ROW_SIZE;
  let change = Number.POSITIVE_INFINITY;
  for (let row = entry + 1; row < end; row += ROW_SIZE) {
    const { from, until, window } = spanOf(layer, row);
    if (watch.windows && window !== ANY_TIME) change = Math.min(change, nextEdge(layer.windows, at));
    if (watch.dates && from > at) change = Math.min(change, from);
    if (watch.dates && until > at) change = Math.min(change, until);
  }
  return change;
}

/** Whether a prefix has but one rate, so that nothing can change under way. */
export const hasOneRate = ({ layer, entry }: FoundRate): boolean => layer.table.runs[entry] === 1;

const spanOf = ({ table }: Layer, row: number): Span => table.spans[table.runs[row + ROW_SPAN] as number] as Span;

/** Entries met on the way down the trie, for when the longest has no rate in force. Look-ups never nest. */
const metEntries = new Int32Array(16);
const metLengths = new Int32Array(16);

function findRateIn(layer: Layer, called: E164, at: number, zones: readonly string[]): FoundRate | null {
  const { cells, nodeEntries } = layer.table;
  let met = 0;
  let node = 0;
  let entry = nodeEntries[0] as number;
  let length = 0;
  for (;;) {
    if (entry !== NO_ENTRY) {
      metEntries[met] = entry;
      metLengths[met] = length;
      met += 1;
    }
    if (node < 0 || length === called.length) break;
    const content = cells[node * 10 + called.charCodeAt(length) - 48] as number;
    length += 1;
    if (content === 0) break;
    node = content > 0 ? content : -1;
    entry = content > 0 ? (nodeEntries[content] as number) : -content;
  }
  while (met > 0) {
    met -= 1;
    entry = metEntries[met] as number;
    const row = rowInForce(layer, entry, at, at, zones);
    if (row !== NO_ROW) return { layer, entry, row, prefixLength: metLengths[met] as number };
  }
  return null;
}
