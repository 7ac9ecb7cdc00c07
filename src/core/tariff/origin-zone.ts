import { invariant } from "../invariant.ts";
import { AREA_CODES_ALONE, type ExchangeStates, type Jurisdiction, jurisdictionOf } from "../numbering/jurisdiction.ts";
import type { E164 } from "../numbering/number.ts";

/** A named set of callers that a tariff has prices for. */
export type OriginZone =
  /** Callers whose numbers begin with one of these digits. */
  | { readonly name: string; readonly prefixes: readonly string[] }
  /** Callers with an E.164 number that no zone of prefixes has: the rest of the world. */
  | { readonly name: string; readonly others: true }
  /** Calls of one jurisdiction of the United States. */
  | { readonly name: string; readonly jurisdiction: Jurisdiction };

/** What a tariff says of where calls come from; the same for all its rates, and for tariffs derived from it. */
export interface OriginTerms {
  readonly zones: readonly OriginZone[];
  /**
   * The zone of callers without an E.164 number: withheld, an extension, nonsense. null: none, so that only rates
   * without an origin hold. The jurisdiction of such a call is indeterminate either way.
   */
  readonly unknownCallers: string | null;
  /** Whether a ported number is looked up as it was dialled or by its routing number (LRN). */
  readonly rateOn: "dialled" | "routing-number";
}

/** What is known of a call beside the number that was dialled. */
export interface CallOrigin {
  /** null: withheld, or no E.164 number. */
  readonly calling: E164 | null;
  /** The called side's routing number (LRN), where it is ported; null: it is not, or nobody looked. */
  readonly routingNumber: E164 | null;
  readonly exchanges: ExchangeStates;
  /** As the record names them. */
  readonly ingressTrunk: string | null;
  readonly egressTrunk: string | null;
}

/** A caller of whom nothing is known. */
export const UNKNOWN_ORIGIN: CallOrigin = {
  ...{ calling: null, routingNumber: null, exchanges: AREA_CODES_ALONE },
  ...{ ingressTrunk: null, egressTrunk: null },
};

/** {@link OriginTerms} made ready for look-ups. */
export interface OriginZones {
  readonly terms: OriginTerms;
  /** Names by prefix, in the order of the terms. */
  readonly byPrefix: ReadonlyMap<string, readonly string[]>;
  readonly prefixLengthMax: number;
  readonly others: readonly string[];
  readonly unknown: readonly string[];
  readonly byJurisdiction: ReadonlyMap<Jurisdiction, readonly string[]> | null;
}

/** No zone: only rates without an origin hold. */
export const NO_ZONES: readonly string[] = [];

export function compileZones(terms: OriginTerms): OriginZones {
  const byPrefix = new Map<string, string[]>();
  const byJurisdiction = new Map<Jurisdiction, string[]>();
  const others: string[] = [];
  for (const zone of terms.zones) {
    if ("others" in zone) others.push(zone.name);
    else if ("jurisdiction" in zone) pushTo(byJurisdiction, zone.jurisdiction, zone.name);
    else for (const prefix of new Set(zone.prefixes)) pushTo(byPrefix, prefix, zone.name);
  }
  for (const prefix of byPrefix.keys()) invariant(/^\d{1,15}$/.test(prefix), `an origin's prefix is digits: ${prefix}`);
  return {
    terms,
    byPrefix,
    prefixLengthMax: Math.max(0, ...[...byPrefix.keys()].map(({ length }) => length)),
    others,
    unknown: terms.unknownCallers === null ? NO_ZONES : [terms.unknownCallers],
    byJurisdiction: byJurisdiction.size === 0 ? null : byJurisdiction,
  };
}

function pushTo<Key>(map: Map<Key, string[]>, key: Key, name: string): void {
  const names = map.get(key);
  if (names === undefined) map.set(key, [name]);
  else names.push(name);
}

/**
 * The zones that a call is in, the most specific first: by the caller's digits from the longest prefix on, zones of one
 * prefix in the order of the terms; then its jurisdiction; then "others", of callers in no zone of prefixes.
 * Law, tested: as a naive search over all zones.
 */
export function zonesOf(zones: OriginZones, called: E164, origin: CallOrigin): readonly string[] {
  const { calling } = origin;
  const found: string[] = [];
  if (calling === null) found.push(...zones.unknown);
  else {
    for (let length = Math.min(zones.prefixLengthMax, calling.length); length > 0; length -= 1) {
      const names = zones.byPrefix.get(calling.slice(0, length));
      for (const name of names ?? NO_ZONES) if (!found.includes(name)) found.push(name);
    }
  }
  const isOther = calling !== null && found.length === 0;
  if (zones.byJurisdiction !== null) {
    const jurisdiction = jurisdictionOf(origin.exchanges, calling, origin.routingNumber ?? called);
    found.push(...(zones.byJurisdiction.get(jurisdiction) ?? NO_ZONES));
  }
  return isOther ? [...found, ...zones.others] : found;
}

/** The number by whose digits a call is priced. */
export const ratedNumber = ({ terms }: OriginZones, called: E164, { routingNumber }: CallOrigin): E164 =>
  terms.rateOn === "routing-number" ? (routingNumber ?? called) : called;
