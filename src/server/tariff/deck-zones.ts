import type { OriginTerms, OriginZone } from "../../core/tariff/origin-zone.ts";
import type { TariffTerms } from "../../core/tariff/tariff.ts";
import type { DeckReading, DeckRow } from "../../decks/deck-row.ts";
import { deckOriginUnknown } from "./problems.ts";
import type { Tariff } from "./store.ts";

/** A tariff that has terms. */
type DeckTariff = Tariff & { readonly terms: TariffTerms };

interface ZonedDeck {
  /** The tariff, with the zones that the deck brings. */
  readonly tariff: DeckTariff;
  /** The deck's rows, with the tariff's names of zones. */
  readonly rows: readonly DeckRow[];
}

/**
 * Finds the zone of a tariff for each origin that a deck names: the one of that name, or of the same kind; else the
 * deck's own is added. A derived tariff has the zones of its base (`all` holds it), and no deck adds to them.
 *
 * @throws Problem `deck-origin-unknown`.
 */
export function settleZones(
  tariff: DeckTariff,
  { rows, zones }: Pick<DeckReading, "rows" | "zones">,
  all: readonly Tariff[],
): ZonedDeck {
  const names = new Set(rows.flatMap(({ origin }) => origin ?? []));
  if (names.size === 0) return { tariff, rows };
  const isDerived = tariff.derivation !== null;
  const origins = originsOf(tariff, all);
  const known = origins?.zones ?? [];
  const present = new Map([...names].map((name) => [name, zoneFor(known, name, zones)]));
  const missing = [...names].filter((name) => present.get(name) === undefined);
  const added = missing.length === 0 ? [] : zones.filter(({ name }) => zoneFor(known, name, zones) === undefined);
  const lacking = missing.find((name) => isDerived || !added.some((zone) => zone.name === name));
  if (lacking !== undefined) throw deckOriginUnknown({ name: lacking, isDerived });
  const renamed = rows.map((row) => {
    const name = row.origin === null ? null : (present.get(row.origin)?.name ?? row.origin);
    return name === row.origin ? row : { ...row, origin: name };
  });
  if (added.length === 0) return { tariff, rows: renamed };
  const wanted = [...known, ...added];
  const rest = wanted.find((zone) => "others" in zone);
  if (rest !== undefined && !wanted.some((zone) => "prefixes" in zone))
    throw deckOriginUnknown({ name: rest.name, isDerived });
  const unknownCallers = origins === undefined ? (rest?.name ?? null) : origins.unknownCallers;
  const terms: OriginTerms = { zones: wanted, unknownCallers, rateOn: origins?.rateOn ?? "dialled" };
  return { tariff: { ...tariff, terms: { ...tariff.terms, origins: terms } }, rows: renamed };
}

/** Those of the tariff at the bottom. */
export function originsOf(tariff: Tariff, all: readonly Tariff[]): OriginTerms | undefined {
  const { derivation } = tariff;
  const base = derivation && all.find(({ id }) => id === derivation.baseTariffId);
  return base ? originsOf(base, all) : tariff.terms?.origins;
}

/** The tariff's zone of that name; else its zone for the same rest of the world, or the same jurisdiction. */
function zoneFor(known: readonly OriginZone[], name: string, deck: readonly OriginZone[]): OriginZone | undefined {
  const named = known.find((zone) => zone.name.toLowerCase() === name.toLowerCase());
  const meant = deck.find((zone) => zone.name === name);
  if (named !== undefined || meant === undefined) return named;
  if ("others" in meant) return known.find((zone) => "others" in zone);
  if (!("jurisdiction" in meant)) return undefined;
  return known.find((zone) => "jurisdiction" in zone && zone.jurisdiction === meant.jurisdiction);
}
