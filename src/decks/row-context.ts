import { type Currency, parseCurrency } from "../core/money/currency.ts";
import { Problem } from "../core/problem.ts";
import type { Increments } from "../core/tariff/rate.ts";
import type { EpochMs } from "../core/time/epoch.ts";
import { type DateOrder, detectDateOrder } from "./cells/dates.ts";
import { parseIncrements } from "./cells/increments.ts";
import { type DecimalMark, detectDecimalMark, type Price } from "./cells/price.ts";
import { headerCurrency, headerIsCents, headerUnit } from "./layout/header-hints.ts";
import type { OpenDeck } from "./table/open-deck.ts";
import { cellText } from "./table/table.ts";
import { type DeckField, type DeckTemplate, deckTemplateInvalid } from "./template.ts";

/** What holds for all rows of one deck, the counters that rows add to, and what was parsed before. */
export interface RowContext {
  readonly template: DeckTemplate;
  /** Column index, from 0; `rate` is the column that prices the deck. */
  readonly columns: ReadonlyMap<DeckField, number>;
  readonly decimal: DecimalMark;
  readonly dateOrder: DateOrder;
  readonly timeZone: string;
  readonly ratePer: "minute" | "second" | "increment";
  readonly inCents: boolean;
  /** Of rows that name none. */
  readonly currency: Currency | null;
  /** Of rows that have none; undefined: 1/1. */
  readonly increments: Increments | undefined;
  /** Codes are six-digit NPA-NXX without the leading 1. */
  readonly isNanp: boolean;
  readonly rateField: DeckField;
  /** The deck has no header. */
  readonly isInferred: boolean;
  readonly isDateOrderAssumed: boolean;
  readonly unknownStatuses: Set<string>;
  readonly zeroRates: { count: number };
  /** Rows under a destination's first one often leave its name blank. */
  readonly lastDestination: { text: string };
  /** Decks repeat a few thousand different prices, dates and steps over hundreds of thousands of rows. */
  readonly caches: {
    readonly prices: Map<string, Price | undefined>;
    readonly dates: Map<string, EpochMs | undefined>;
    readonly increments: Map<string, Increments | undefined>;
  };
}

/**
 * Settles for the whole deck what no row can say alone.
 * Errors: `deck-decimal-ambiguous`, `deck-date-order-ambiguous`, `deck-template-invalid`.
 */
export function rowContext(deck: OpenDeck, template: DeckTemplate): RowContext {
  const { layout } = deck;
  const rateField = pricedBy(layout.columns, template);
  const columns = new Map([...layout.columns].filter(([field]) => !field.endsWith("Rate")));
  columns.set("rate", layout.columns.get(rateField) as number);
  const texts = (field: DeckField): string[] => columnTexts(deck, columns.get(field));
  const order = template.dateOrder ?? detectDateOrder([...texts("effectiveFrom"), ...texts("effectiveTo")]);
  // Jurisdictions exist in North America alone, where dates are written month first.
  if (order === undefined && rateField === "rate") throw dateOrderAmbiguous(texts("effectiveFrom")[0] ?? "");
  const rateHeader = layout.headers[columns.get("rate") as number] ?? "";
  const decimal = template.decimal ?? detectDecimalMark(texts("rate"));
  if (decimal === undefined) throw decimalAmbiguous(texts("rate")[0] ?? "");
  return {
    template,
    columns: splitOrFull(deck, columns),
    decimal,
    dateOrder: order === undefined ? "mdy" : (order ?? "dmy"),
    isDateOrderAssumed: order === undefined,
    isInferred: layout.headerLine === null,
    timeZone: checkedZone(template.timeZone ?? "UTC"),
    ratePer: template.ratePer ?? headerUnit(rateHeader) ?? "minute",
    inCents: headerIsCents(rateHeader),
    currency: checkedCurrency(template.defaults?.currency) ?? headerCurrency(rateHeader) ?? null,
    increments: checkedIncrements(template.defaults?.increments),
    isNanp: /npa/i.test(layout.headers[columns.get("code") ?? -1] ?? ""),
    rateField,
    unknownStatuses: new Set(),
    zeroRates: { count: 0 },
    lastDestination: { text: "" },
    caches: { prices: new Map(), dates: new Map(), increments: new Map() },
  };
}

/** Texts of one column below the header; dates and numbers of a sheet carry no marks and are left out. */
function columnTexts({ table, layout }: OpenDeck, column: number | undefined): string[] {
  if (column === undefined) return [];
  return table.rows
    .slice(layout.dataFrom)
    .map((row) => row.cells[column])
    .filter((cell): cell is string => typeof cell === "string" && /\d/.test(cell));
}

/** Which column is the price: the plain one, or the jurisdiction the template asks for; interstate unless it says. */
function pricedBy(columns: ReadonlyMap<DeckField, number>, { jurisdiction }: DeckTemplate): DeckField {
  const wanted = jurisdiction === undefined ? "rate" : (`${jurisdiction}Rate` as const);
  const order: DeckField[] = [wanted, "rate", "interRate", "intraRate", "indeterminateRate"];
  return order.find((field) => columns.has(field)) as DeckField;
}

/**
 * "Country code" and "Area code" (or "Code") columns together make the prefix, unless the second already starts with
 * the first; a single one of them is the whole code.
 */
function splitOrFull(deck: OpenDeck, columns: Map<DeckField, number>): Map<DeckField, number> {
  const area = columns.get("areaCode") ?? columns.get("code");
  const country = columns.get("countryCode");
  if (columns.has("code") && columns.has("areaCode")) columns.delete("areaCode");
  const code = columns.get("code") ?? area ?? country;
  columns.delete("areaCode");
  columns.delete("countryCode");
  columns.set("code", code as number);
  if (country === undefined || area === undefined || country === area) return columns;
  const pairs = deck.table.rows
    .slice(deck.layout.dataFrom)
    .map(
      (row) =>
        [cellText(row.cells[country]).replace(/\D/g, ""), cellText(row.cells[area]).replace(/^\D+/, "")] as const,
    )
    .filter(([first, second]) => first !== "" && second !== "");
  const full = pairs.filter(([first, second]) => second.startsWith(first)).length;
  if (pairs.length > 0 && full < pairs.length * 0.9) columns.set("countryCode", country);
  return columns;
}

function checkedZone(timeZone: string): string {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timeZone);
    return timeZone;
  } catch {
    throw deckTemplateInvalid(`timeZone "${timeZone}" is no IANA time zone`);
  }
}

function checkedCurrency(text: string | undefined): Currency | undefined {
  if (text === undefined) return undefined;
  const currency = parseCurrency(text);
  if (currency === undefined) throw deckTemplateInvalid(`defaults.currency "${text}" is no ISO 4217 code`);
  return currency;
}

function checkedIncrements(text: string | undefined): RowContext["increments"] {
  if (text === undefined) return undefined;
  const increments = parseIncrements(text);
  if (increments === undefined) throw deckTemplateInvalid(`defaults.increments "${text}" is not like 60/60`);
  return increments;
}

const decimalAmbiguous = (example: string) =>
  new Problem("deck-decimal-ambiguous", {
    what: `The commas in the prices ("${example}") can be decimal commas or thousands separators.`,
    fix: 'Set the template\'s decimal to "," or ".".',
  });

const dateOrderAmbiguous = (example: string) =>
  new Problem("deck-date-order-ambiguous", {
    what: `All dates of the deck ("${example}") can be day first or month first.`,
    fix: 'Set the template\'s dateOrder to "dmy" or "mdy".',
  });
