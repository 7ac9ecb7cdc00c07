import { type Currency, parseCurrency } from "../../core/money/currency.ts";

/** Codes that are also English words in headers. */
const WORDS = new Set(["ALL", "TOP", "TRY", "CUP"]);

/** Marks that belong to one currency, and names of its hundredths. A bare "$" names none: many currencies use it. */
const MARKS: readonly (readonly [RegExp, string])[] = [
  [/€|\beuro/i, "EUR"],
  [/(^|[^a-z])R\$/i, "BRL"],
  [/£|\bpence\b|\bp ?(\/|per\b) ?m(in)?\b/i, "GBP"],
  [/\bUS ?[$¢]|\bUSc\b|\bUS ?cents?\b/i, "USD"],
];

/** The currency that a price header, or a mark beside a price, names: "Rate (USD)", "€/min", "US$". */
export function headerCurrency(header: string): Currency | undefined {
  for (const [mark, code] of MARKS) if (mark.test(header)) return parseCurrency(code);
  for (const word of header.toUpperCase().split(/[^A-Z]+/)) {
    if (word.length === 3 && !WORDS.has(word) && parseCurrency(word) !== undefined) return parseCurrency(word);
  }
  return undefined;
}

/** Seconds that a price header says the price is for: "per minute" 60, "/sec" 1, "per 6 sec" 6, "per 1000 min" 60,000. */
export function headerUnitS(header: string): number | undefined {
  if (/(\bper|\/|\ban?)\s*(hour|hr|h)\b/i.test(header)) return 3_600;
  const minutes = /(?:\bper|\/|\ba|\bp)\s*([1-9]\d{0,5}(?:[,. ]\d{3})*)\s*min(?:ute)?s?\b/i.exec(header);
  if (minutes !== null) return 60 * Number(minutes[1]?.replace(/\D/g, ""));
  const several = /(?:\bper|\/|\ba|\bp)\s*([1-9]\d{0,3})\s*s(?:ec(?:ond)?s?)?\b/i.exec(header);
  if (several !== null) return Number(several[1]);
  if (/(\bper|\/|\bp|\ba)\s*min/i.test(header)) return 60;
  return /(\bper|\/|\ba)\s*sec|\/s\b/i.test(header) ? 1 : undefined;
}

/** "US cents/min", "USc", "Eurocent", "ct", "¢", "c/min", "p/min". */
export const headerIsCents = (header: string): boolean =>
  /(\b|euro|us)cents?\b|\bcts?\b|¢|\bpence\b|\bp ?(\/|per\b) ?m(in)?\b|\b(us)?c(?=$|[\s)]*(\/|per\b|p\.?\s*min))/i.test(
    header,
  );

/** "PPM" is the price per minute, and to British carriers pence per minute. */
export const headerMayBePence = (header: string): boolean => /\bppm\b/i.test(header) && !headerIsCents(header);

/** "Effective date (GMT+8)" as an offset that dates can be read in: "+08:00". */
export function headerZone(header: string): string | undefined {
  const match = /\b(?:GMT|UTC)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?\b/i.exec(header);
  return match === null ? undefined : `${match[1]}${match[2]?.padStart(2, "0")}:${match[3] ?? "00"}`;
}

/** What the lines above a header say of all prices: "All rates in US cents", "Currency: EUR". */
export function titleHints(titles: readonly string[]): {
  readonly currency: Currency | undefined;
  readonly inCents: boolean;
} {
  const spoken = titles.filter((text) => /\b(currency|rates?|prices?|tariffs?|charges?)\b/i.test(text));
  const currencies = spoken.flatMap((text) => titleCurrencies(text));
  const [currency, ...others] = new Set(currencies);
  const inCents = spoken.some((text) => /\b(in|are) .{0,20}(\b(euro|us)?cents?\b|\bpence\b|\busc\b|¢)/i.test(text));
  return { currency: others.length === 0 ? currency : undefined, inCents };
}

/**
 * The line above a header that says from when on all prices hold ("Valid from 1 December 2026"); undefined when none
 * does. The day it was sent or printed is another thing.
 */
export const titleWithStart = (titles: readonly string[]): string | undefined =>
  titles.find((text) => /\b(valid|effective|in force|starting|applicable|as of|from)\b/i.test(text) && /\d/.test(text));

/** Behind "currency", "in", a bracket or a colon, and in capitals: elsewhere three letters are a word or a name. */
function titleCurrencies(title: string): Currency[] {
  const named = title.matchAll(
    /(?:\b[Cc]urrency\b(?: is)?|\bCURRENCY\b|\b[Ii]n|\bIN|[(:])\W{0,3}(US ?\$|[€£]|US ?[Cc]ents?|[A-Z]{3}\b)/g,
  );
  return [...named].flatMap(([, text = ""]) => headerCurrency(text) ?? []);
}
