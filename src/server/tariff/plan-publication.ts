import { isDeepStrictEqual } from "node:util";
import { formatDecimal } from "../../core/money/decimal.ts";
import type { Rate } from "../../core/tariff/rate.ts";
import type { Derivation, TariffTerms } from "../../core/tariff/tariff.ts";
import type { RateClosing } from "./rate-store.ts";
import { derivationToJson, slotsToJson } from "./terms-json.ts";

/** All of a tariff that a version fixes. */
export interface TariffContent {
  readonly terms: TariffTerms;
  readonly derivation: Derivation | null;
  readonly rates: readonly Rate[];
}

/** What the next version changes against the newest one. */
export interface PublicationPlan {
  /** What differs: terms by their names, "derivation", "rates"; none: there is nothing to publish. */
  readonly fields: readonly string[];
  readonly closings: readonly RateClosing[];
  readonly rates: readonly Rate[];
}

/**
 * The step from one content to another: prefixes whose rates differ end as a whole and begin again as they should be,
 * so that the new version holds exactly `next`.
 */
export function planPublication(now: TariffContent | null, next: TariffContent): PublicationPlan {
  if (now === null) return { fields: ["terms"], closings: [], rates: next.rates };
  const before = Map.groupBy(now.rates, placeOf);
  const after = Map.groupBy(next.rates, placeOf);
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (place) => rateTexts(before.get(place)) !== rateTexts(after.get(place)),
  );
  const terms = Object.keys({ ...now.terms, ...next.terms }) as (keyof TariffTerms)[];
  return {
    fields: [
      ...terms.filter((field) => !isDeepStrictEqual(now.terms[field], next.terms[field])),
      ...(isDeepStrictEqual(derivationJson(now.derivation), derivationJson(next.derivation)) ? [] : ["derivation"]),
      ...(changed.length === 0 ? [] : ["rates"]),
    ],
    closings: changed.flatMap((place) => closingOf(before.get(place) ?? [])),
    rates: changed.flatMap((place) => after.get(place) ?? []),
  };
}

/** Rates of one prefix, window and origin end together. */
const placeOf = ({ prefix, window, origin = null }: Rate): string => JSON.stringify([prefix, window, origin]);

/** Withdraws all of them, past ones too. */
const closingOf = (rates: readonly Rate[]): RateClosing[] =>
  rates.map(({ prefix, window, origin = null, effectiveFrom }) => {
    return { prefix, window, origin, effectiveFrom, at: effectiveFrom };
  });

/** Compared as JSON, where equal decimals are equal texts. */
const derivationJson = (derivation: Derivation | null) => derivation && derivationToJson(derivation);

/** Equal texts mean equal rates, whatever the order they came in. */
const rateTexts = (rates: readonly Rate[] = []): string => rates.map(rateText).sort().join("\n");

const rateText = (rate: Rate): string =>
  JSON.stringify([
    ...[rate.effectiveFrom, rate.effectiveTo, rate.destination, rate.blocked, rate.unitS, rate.minimumS, rate.freeS],
    ...[rate.increments.firstS, rate.increments.nextS, rate.atMaximumCost ?? null, slotsToJson(rate.slots)],
    ...[rate.ratePerUnit, rate.connectFee].map(formatDecimal),
    ...[rate.minimumCost, rate.maximumCost].map((amount) => amount && formatDecimal(amount)),
  ]);
