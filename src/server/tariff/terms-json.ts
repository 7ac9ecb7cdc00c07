import { invariant } from "../../core/invariant.ts";
import { parseCurrency } from "../../core/money/currency.ts";
import { type Decimal, formatDecimal, parseDecimal } from "../../core/money/decimal.ts";
import type { RateSlot } from "../../core/tariff/rate.ts";
import type { Derivation, TariffTerms } from "../../core/tariff/tariff.ts";

/** Tariff terms hold no decimals and go to JSON as they are. */
export function termsFromJson(json: TariffTerms): TariffTerms {
  invariant(parseCurrency(json.currency), `stored tariff terms name a currency, got ${json.currency}`);
  return json;
}

interface DerivationJson extends Omit<Derivation, "markupPercent" | "addPerUnit"> {
  readonly markupPercent: string;
  readonly addPerUnit: string;
}

/** Decimals go to JSON as strings: a JSON number is a binary float in too many readers. */
export const derivationToJson = (derivation: Derivation): DerivationJson => ({
  ...derivation,
  markupPercent: formatDecimal(derivation.markupPercent),
  addPerUnit: formatDecimal(derivation.addPerUnit),
});

export const derivationFromJson = (json: DerivationJson): Derivation => ({
  ...json,
  markupPercent: storedDecimal(json.markupPercent),
  addPerUnit: storedDecimal(json.addPerUnit),
});

interface SlotJson extends Omit<RateSlot, "ratePerUnit"> {
  readonly ratePerUnit: string;
}

/** Fields in one order whatever the order they came in: `jsonb` has its own, and equal slots are to be equal texts. */
export const slotsToJson = (slots: readonly RateSlot[]): readonly SlotJson[] =>
  slots.map(({ fromS, ratePerUnit, unitS, stepS }) => {
    return { fromS, ratePerUnit: formatDecimal(ratePerUnit), unitS, stepS };
  });

export const slotsFromJson = (json: readonly SlotJson[]): readonly RateSlot[] =>
  json.map((slot) => ({ ...slot, ratePerUnit: storedDecimal(slot.ratePerUnit) }));

/** A decimal that the database or our own JSON holds; anything else in its place is a bug. */
export function storedDecimal(text: string): Decimal {
  const value = parseDecimal(text);
  invariant(value, `a stored decimal is plain text, got "${text}"`);
  return value;
}
