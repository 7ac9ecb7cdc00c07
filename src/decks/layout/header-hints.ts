import { type Currency, parseCurrency } from "../../core/money/currency.ts";

/** Codes that are also English words in headers. */
const WORDS = new Set(["ALL", "TOP", "TRY", "CUP"]);

/** The currency a price header names: "Rate (USD)", "€/min". A bare "$" names none: many currencies use it. */
export function headerCurrency(header: string): Currency | undefined {
  if (header.includes("€")) return parseCurrency("EUR");
  if (header.includes("£")) return parseCurrency("GBP");
  for (const word of header.toUpperCase().split(/[^A-Z]+/)) {
    if (word.length === 3 && !WORDS.has(word) && parseCurrency(word) !== undefined) return parseCurrency(word);
  }
  return undefined;
}

/** What a price header says the price is for. */
export function headerUnit(header: string): "minute" | "second" | undefined {
  if (/(\bper|\/|\bp|\ba)\s*min/i.test(header)) return "minute";
  return /(\bper|\/|\ba)\s*sec|\/s\b/i.test(header) ? "second" : undefined;
}

/** "US cents/min", "ct", "¢". */
export const headerIsCents = (header: string): boolean => /\bcents?\b|\bcts?\b|¢|\bpence\b/i.test(header);
