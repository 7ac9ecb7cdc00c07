import { derivePrice } from "./derive-price.ts";
import { compilePrice, type PriceTerms, priceKey } from "./price.ts";
import type { Rate } from "./rate.ts";
import type { Derivation } from "./tariff.ts";

type Span = Pick<Rate, "effectiveFrom" | "effectiveTo">;

/**
 * The rates of a derived tariff written out, as its price list has them: its own, and its base's by the formula where
 * it has none of that prefix in force. A look-up in them finds what `findRate` finds over the layers; of a
 * base that is derived itself, `base` are its resolved rates.
 *
 * A base's rate that an override interrupts comes in parts. The base's rates of time windows keep the names that the
 * windows have there. By prefix, origin, window and date; no two of one of these overlap.
 */
export function resolveRates<R extends Rate>(own: readonly R[], base: readonly R[], derivation: Derivation): R[] {
  const anyTime = own.filter(({ window }) => window === null);
  const overrides = grouped(anyTime, placeOf);
  const fromAnywhere = grouped(
    anyTime.filter(({ origin = null }) => origin === null),
    ({ prefix }) => prefix,
  );
  const hiding = (rate: R): readonly R[] => [
    ...(fromAnywhere.get(rate.prefix) ?? []),
    ...((rate.origin ?? null) === null ? [] : (overrides.get(placeOf(rate)) ?? [])),
  ];
  const derived = deriver(derivation);
  const left = withoutOverlaps(base).flatMap((rate) => parts(rate, hiding(rate)));
  const resolved = left.map((rate) => (rate.blocked ? rate : { ...rate, ...derived(rate) }));
  return [...withoutOverlaps(own), ...resolved].sort(byPlace);
}

/**
 * The same rates, each cut to the times at which it is in force: of two for a prefix, origin and window the one
 * that began later. By prefix, origin, window and date.
 */
export function withoutOverlaps<R extends Rate>(rates: readonly R[]): R[] {
  const places = grouped(rates, (rate) => `${placeOf(rate)}|${rate.window ?? ""}`);
  return [...places.values()].flatMap((same) => {
    return same.flatMap((rate) =>
      parts(
        rate,
        same.filter(({ effectiveFrom }) => effectiveFrom > rate.effectiveFrom),
      ),
    );
  });
}

function grouped<R extends Rate>(rates: readonly R[], keyOf: (rate: R) => string): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const rate of rates) {
    const group = groups.get(keyOf(rate));
    if (group === undefined) groups.set(keyOf(rate), [rate]);
    else group.push(rate);
  }
  return groups;
}

/** Calls from one zone, or from anywhere, to one prefix. */
const placeOf = ({ prefix, origin }: Rate): string => `${prefix}|${origin ?? ""}`;

/** Equal prices are derived once: a deck has some hundreds of them for its 200,000 prefixes. */
function deriver(derivation: Derivation): (terms: PriceTerms) => PriceTerms {
  const known = new Map<string, PriceTerms>();
  return (terms) => {
    const key = priceKey(terms);
    const derived = known.get(key) ?? derivePrice(compilePrice(terms), derivation).terms;
    known.set(key, derived);
    return derived;
  };
}

/** What is left of a rate outside the times of others. */
function parts<R extends Rate>(rate: R, others: readonly Span[]): R[] {
  return others.reduce<R[]>((left, other) => left.flatMap((part) => outside(part, other)), [rate]);
}

function outside<R extends Span>(part: R, { effectiveFrom: from, effectiveTo: to }: Span): R[] {
  const [partFrom, partTo] = [part.effectiveFrom, part.effectiveTo];
  if ((partTo !== null && partTo <= from) || (to !== null && to <= partFrom)) return [part];
  const before = partFrom < from ? [{ ...part, effectiveTo: from }] : [];
  const after = to !== null && (partTo === null || to < partTo) ? [{ ...part, effectiveFrom: to }] : [];
  return [...before, ...after];
}

/** As the database orders them, under collation C. */
function byPlace(a: Rate, b: Rate): number {
  if (a.prefix !== b.prefix) return a.prefix < b.prefix ? -1 : 1;
  for (const field of ["origin", "window"] as const) {
    const [first, second] = [a[field] ?? "", b[field] ?? ""];
    if (first !== second) return first < second ? -1 : 1;
  }
  return a.effectiveFrom - b.effectiveFrom;
}
