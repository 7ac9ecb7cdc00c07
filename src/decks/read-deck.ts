import { type Currency, parseCurrency } from "../core/money/currency.ts";
import { Problem } from "../core/problem.ts";
import type { CodeItem } from "./cells/codes.ts";
import { type DateOrder, detectDateOrder } from "./cells/dates.ts";
import { parseIncrements } from "./cells/increments.ts";
import { detectDecimalMark } from "./cells/price.ts";
import { unfoldCodes } from "./cells/unfold-codes.ts";
import type { DeckReading, DeckRow, DeckWarning, RejectedRow } from "./deck-row.ts";
import { headerCurrency, headerIsCents, headerUnit } from "./layout/header-hints.ts";
import { type RowContext, readRow } from "./read-row.ts";
import { type OpenDeck, openDeck } from "./table/open-deck.ts";
import { cellText, rawRow } from "./table/table.ts";
import { type DeckField, type DeckTemplate, deckTemplateInvalid } from "./template.ts";

/**
 * Reads a rate deck: bytes of a CSV, TSV or XLSX file to the price of every prefix, with each row that cannot be used
 * set aside with a reason. What the template leaves out is detected, and what was detected is in the answer.
 *
 * Units: rates as decimals per `unitS` seconds; times as UTC instants; increments in seconds.
 * Errors: a {@link Problem} `deck-…` for a file that cannot be read as a whole; a row never fails the file.
 * Source: docs/concepts/rate-decks.md.
 */
export function readDeck(bytes: Uint8Array, template: DeckTemplate = {}): DeckReading {
  const deck = openDeck(bytes, template);
  const context = rowContext(deck, template);
  const rejected: RejectedRow[] = [];
  const drafts: { row: Omit<DeckRow, "prefix">; items: readonly CodeItem[] }[] = [];
  let notes = 0;
  const { table, layout } = deck;
  for (const row of table.rows.slice(layout.dataFrom)) {
    const read = readRow(row, context);
    if (read.kind === "note") notes += 1;
    else if (read.kind === "reject") rejected.push({ line: row.line, raw: rawRow(table, row), reject: read.reject });
    else drafts.push(read);
  }
  const { prefixes, unfoldedRows } = unfoldCodes(drafts);
  const rows = drafts.flatMap(({ row }, at) =>
    (prefixes[at] as string[]).map((prefix): DeckRow => ({ ...row, prefix })),
  );
  const counts = {
    rows: drafts.length + rejected.length,
    loadedRows: drafts.length,
    rejectedRows: rejected.length,
    notes,
    prefixes: new Set(rows.map(({ prefix }) => prefix)).size,
  };
  return {
    rows,
    rejected,
    counts,
    detected: detectedLayout(deck, context),
    warnings: warnings(context, rows, unfoldedRows),
  };
}

/** What holds for all rows of the deck: columns, marks, orders, defaults. */
function rowContext(deck: OpenDeck, template: DeckTemplate): RowContext {
  const { layout } = deck;
  const rateField = pricedBy(layout.columns, template);
  const columns = new Map([...layout.columns].filter(([field]) => !field.endsWith("Rate")));
  columns.set("rate", layout.columns.get(rateField) as number);
  const texts = (field: DeckField): string[] => columnTexts(deck, columns.get(field));
  const rateHeader = layout.headers[columns.get("rate") as number] ?? "";
  const decimal = template.decimal ?? detectDecimalMark(texts("rate"));
  if (decimal === undefined) throw decimalAmbiguous(texts("rate")[0] ?? "");
  return {
    template,
    columns: splitOrFull(deck, columns),
    decimal,
    dateOrder:
      template.dateOrder ?? dateOrder([...texts("effectiveFrom"), ...texts("effectiveTo")], rateField !== "rate"),
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

function dateOrder(texts: readonly string[], isNorthAmerican: boolean): DateOrder {
  const order = detectDateOrder(texts);
  if (order !== undefined) return order ?? "dmy";
  if (isNorthAmerican) return "mdy";
  throw dateOrderAmbiguous(texts[0] ?? "");
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

function detectedLayout(deck: OpenDeck, context: RowContext): DeckReading["detected"] {
  const { layout } = deck;
  const columns = [...context.columns].map(
    ([field, at]) => [field, { column: at + 1, header: layout.headers[at] ?? "" }] as const,
  );
  return {
    format: deck.format,
    encoding: deck.encoding,
    delimiter: deck.delimiter,
    sheet: deck.table.name === "" ? null : deck.table.name,
    headerLine: layout.headerLine,
    columns: Object.fromEntries(columns),
    decimal: context.decimal,
    dateOrder: context.columns.has("effectiveFrom") ? context.dateOrder : null,
    currency: context.currency,
    ratePer: context.ratePer,
  };
}

function warnings(context: RowContext, rows: readonly DeckRow[], unfoldedRows: number): DeckWarning[] {
  const currencies = new Set(rows.map(({ currency }) => currency));
  const hasIncrements = context.columns.has("increments") || context.columns.has("firstInterval");
  const found: [DeckWarning["code"], boolean, string][] = [
    [
      "zero-rates-free",
      context.zeroRates.count > 0,
      `${context.zeroRates.count} rows cost 0 and are read as free; set the template's zeroRate to "blocked" if they are not.`,
    ],
    [
      "jurisdiction-prices",
      context.rateField !== "rate",
      `The deck prices by jurisdiction; read from the column for ${context.rateField}. Set the template's jurisdiction for another.`,
    ],
    ["rates-in-cents", context.inCents, "The header says cents: every price was divided by 100."],
    ["mixed-currencies", currencies.size > 1, `The deck has several currencies: ${[...currencies].join(", ")}.`],
    [
      "status-unknown",
      context.unknownStatuses.size > 0,
      `Unknown words in the status column, taken as no statement: ${[...context.unknownStatuses].slice(0, 5).join(", ")}.`,
    ],
    [
      "increments-assumed",
      !hasIncrements && context.increments === undefined,
      "The deck has no increments: every row is billed per second (1/1). Set the template's defaults.increments for others.",
    ],
    [
      "code-range-expanded",
      unfoldedRows > 0,
      `${unfoldedRows} rows have code ranges that overlap with another row and were written out code by code.`,
    ],
  ];
  return found.filter(([, holds]) => holds).map(([code, , what]) => ({ code, what }));
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
