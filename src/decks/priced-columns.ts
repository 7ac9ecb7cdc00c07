import { parseOrigin } from "./cells/origin.ts";
import { matchHeader, normalHeader } from "./layout/fields.ts";
import type { Layout } from "./layout/layout.ts";
import { type DeckField, type DeckTemplate, deckTemplateInvalid } from "./template.ts";

/** A column of prices, and whose calls they are for. */
export interface PricedColumn {
  readonly column: number;
  /** As a cell of origins would say it; null: prices for calls from anywhere, or from where the row says. */
  readonly origin: string | null;
}

const JURISDICTIONS: readonly (readonly [DeckField, string])[] = [
  ["interRate", "interstate"],
  ["intraRate", "intrastate"],
  ["indeterminateRate", "indeterminate"],
];

/**
 * The columns that price a deck; more than one where each is for calls from somewhere else: those that the template
 * names, jurisdictions of North America, or headers such as "Rate EEA" and "Rate ROW". First the one that stands for
 * the deck where only one can: of its decimal mark, currency and unit.
 */
export function pricedColumns(layout: Layout, template: DeckTemplate): PricedColumn[] {
  const named = Object.entries(template.originPrices ?? {}).map(([header, origin]) => {
    const column = layout.headers.findIndex((text) => normalHeader(text) === normalHeader(header));
    if (column < 0) throw deckTemplateInvalid(`originPrices names "${header}", and no column of the deck is called so`);
    return { column, origin };
  });
  if (named.length > 0) return named;
  const { jurisdiction = "all" } = template;
  const byJurisdiction = JURISDICTIONS.flatMap(([field, origin]) => {
    const column = layout.columns.get(field);
    return column === undefined ? [] : [{ column, origin }];
  });
  const isPlain = layout.columns.has("rate") && template.jurisdiction === undefined;
  if (jurisdiction === "all" && !isPlain && byJurisdiction.length > 1) {
    // Without a column of their own, calls of no jurisdiction cost what interstate ones do.
    const hasAll = layout.columns.has("indeterminateRate");
    return byJurisdiction.map((one) => (one.origin === "interstate" && !hasAll ? { ...one, origin: "any" } : one));
  }
  const zoned = layout.headers.flatMap((header, column): PricedColumn[] => {
    const origin = template.columns?.rate === undefined ? originNamed(header, template) : null;
    return origin === null ? [] : [{ column, origin }];
  });
  const plain = layout.columns.get(priceField(layout.columns, template)) as number;
  if (zoned.length < 2) return [{ column: plain, origin: null }];
  return zoned.some(({ column }) => column === plain) ? zoned : [{ column: plain, origin: null }, ...zoned];
}

/** Which field the one price of a code is in: the plain one, or the jurisdiction that the template asks for. */
export function priceField(columns: ReadonlyMap<DeckField, number>, { jurisdiction }: DeckTemplate): DeckField {
  const wanted = jurisdiction === undefined || jurisdiction === "all" ? "rate" : (`${jurisdiction}Rate` as const);
  const order: DeckField[] = [wanted, "rate", "interRate", "intraRate", "indeterminateRate"];
  return order.find((field) => columns.has(field)) ?? "rate";
}

/** "Rate EEA Origin" → "eea"; null for a header that is none of prices, or names no zone that is known to everybody. */
function originNamed(header: string, template: DeckTemplate): string | null {
  if (matchHeader(header)?.field !== "rate") return null;
  const words = normalHeader(header).replace(
    /\b(rates?|prices?|costs?|origins?|from|per|min(ute)?|usd|eur|gbp)\b/g,
    " ",
  );
  const text = words.replace(/\s+/g, " ").trim();
  return text !== "" && parseOrigin(text, template).zones.length > 0 && !/\d/.test(text) ? text : null;
}
