import { compareDecimal } from "../core/money/decimal.ts";
import { Problem } from "../core/problem.ts";
import { readCountryCode } from "./cells/country-code.ts";
import { isLimiting } from "./cells/origin.ts";
import { type DecimalMark, parsePrice } from "./cells/price.ts";
import { saysYes } from "./cells/status.ts";
import { normalHeader } from "./layout/fields.ts";
import type { PricedColumn } from "./priced-columns.ts";
import type { OpenDeck } from "./table/open-deck.ts";
import { cellText, type TableRow } from "./table/table.ts";
import type { DeckField } from "./template.ts";
import { isNothing, UNREAD_TERMS } from "./unread-terms.ts";

const PRICES: ReadonlySet<DeckField> = new Set([
  "rate",
  "nextRate",
  "interRate",
  "intraRate",
  "indeterminateRate",
  "connectFee",
]);
/** With the prices, what changes the cost of a call: where two columns can hold it and differ, the deck is refused. */
const TERMS: ReadonlySet<DeckField> = new Set([
  ...([
    "code",
    "increments",
    "firstInterval",
    "nextInterval",
    "effectiveFrom",
    "effectiveTime",
    "effectiveTo",
    "blocked",
  ] as const),
]);

/**
 * The columns that rows are read from: `rate` is the first of the columns that price the deck, `countryCode` is there
 * only where it has to be put before the codes, and `origin` where it limits prices.
 * Errors: `deck-columns-ambiguous`, `deck-origin-priced`.
 */
export function settleColumns(
  deck: OpenDeck,
  priced: readonly PricedColumn[],
  { rateField, decimal }: { readonly rateField: DeckField; readonly decimal: DecimalMark },
): Map<DeckField, number> {
  const { layout } = deck;
  const columns = new Map([...layout.columns].filter(([field]) => field === "nextRate" || !field.endsWith("Rate")));
  columns.set("rate", priced[0]?.column ?? (layout.columns.get(rateField) as number));
  settleOrigins(deck, columns, priced);
  if (priced.length > 1) refuseNextRate(deck, columns.get("nextRate"));
  refuseMinimumCost(deck, columns, decimal);
  for (const field of UNREAD_TERMS) columns.delete(field);
  refuseSetupFee(deck, columns.get("connectFee"), decimal);
  settleCode(deck, columns);
  const used = new Set([...columns.values(), ...priced.map(({ column }) => column)]);
  for (const [field, rivals] of layout.rivals) {
    const chosen = field === rateField ? columns.get("rate") : columns.get(field);
    if (chosen === undefined || !(PRICES.has(field) || TERMS.has(field))) continue;
    for (const rival of rivals) if (!used.has(rival)) refuseRival(deck, { field, chosen, rival, decimal });
  }
  return columns;
}

const dataRows = ({ table, layout }: OpenDeck): readonly TableRow[] => table.rows.slice(layout.dataFrom);

/**
 * A column of origins stays where it limits a price. What it limits must be clear: a surcharge beside it may be for
 * calls from there alone, and columns of prices that name origins themselves are one word too many.
 */
function settleOrigins(deck: OpenDeck, columns: Map<DeckField, number>, priced: readonly PricedColumn[]): void {
  const origin = columns.get("origin");
  if (origin === undefined) return;
  const row = dataRows(deck).find(({ cells }) => isLimiting(cellText(cells[origin])));
  if (row === undefined) columns.delete("origin");
  else if (priced.length > 1 || isSurcharge(deck.layout.headers[columns.get("connectFee") ?? -1]))
    throw originPriced({
      header: deck.layout.headers[origin] ?? "",
      text: cellText(row.cells[origin]),
      line: row.line,
    });
}

/** Of several columns of first prices nothing says which one a column of next prices goes with. */
function refuseNextRate(deck: OpenDeck, next: number | undefined): void {
  const row = next === undefined ? undefined : dataRows(deck).find(({ cells }) => /[1-9]/.test(cellText(cells[next])));
  if (row === undefined || next === undefined) return;
  throw nextRateUnpaired({ header: deck.layout.headers[next] ?? "", text: cellText(row.cells[next]), line: row.line });
}

const isSurcharge = (header: string | undefined): boolean => /surcharge/i.test(header ?? "");

/** The least that a call costs has no place in a deck's row, and the least seconds billed may be called the same. */
function refuseMinimumCost(deck: OpenDeck, columns: Map<DeckField, number>, decimal: DecimalMark): void {
  const column = columns.get("minimumCost");
  columns.delete("minimumCost");
  if (column === undefined) return;
  const row = dataRows(deck).find(({ cells }) => !isNothing(cellText(cells[column]), decimal));
  if (row !== undefined)
    throw minimumAmbiguous(deck.layout.headers[column] ?? "", cellText(row.cells[column]), row.line);
}

/**
 * "Country code" and "Area code" (or "Code") columns together make the prefix, unless the second already starts with
 * the first; a single one of them is the whole code. "NPA" and "NXX" are such a pair. Of two columns of codes where one
 * goes on where the other ends, the longer is the code.
 */
function settleCode(deck: OpenDeck, columns: Map<DeckField, number>): void {
  const { layout } = deck;
  const isNpaNxx = normalHeader(layout.headers[columns.get("areaCode") ?? -1] ?? "") === "nxx";
  const country = columns.get("countryCode") ?? (isNpaNxx ? columns.get("code") : undefined);
  const single = columns.get("code");
  const area = isNpaNxx ? columns.get("areaCode") : (single ?? columns.get("areaCode"));
  columns.delete("areaCode");
  columns.delete("countryCode");
  columns.set("code", (area ?? country) as number);
  const longer = layout.rivals.get("code")?.find((rival) => single !== undefined && startsWith(deck, rival, single));
  if (longer !== undefined) columns.set("code", longer);
  if (country === undefined || area === undefined || country === area) return;
  if (isNpaNxx || !startsWith(deck, area, country)) columns.set("countryCode", country);
  else refuseZoneSeven(deck, area, country);
}

/**
 * Area codes of Kazakhstan begin with the 7 that is its country code too: in a deck of that zone alone, 701 below 7 is
 * 7701, or is whole. It can be told beside a row of another country, or one whose code is just 7.
 */
function refuseZoneSeven(deck: OpenDeck, area: number, country: number): void {
  const rows = dataRows(deck).filter(({ cells }) => /\d/.test(cellText(cells[area])));
  const told = rows.some(({ cells }) => {
    return readCountryCode(cellText(cells[country])) !== "7" || readCountryCode(cellText(cells[area])) === "7";
  });
  const [first] = rows;
  if (!told && first !== undefined) throw zoneSevenAmbiguous(cellText(first.cells[area]), first.line);
}

/** Whether nine in ten cells of `column` begin with the code in `head`; false where no row has both. */
function startsWith(deck: OpenDeck, column: number, head: number): boolean {
  const pairs = dataRows(deck)
    .map(({ cells }) => [readCountryCode(cellText(cells[head])), cellText(cells[column]).replace(/^\D+/, "")] as const)
    .filter(([first, second]) => first !== "" && first !== undefined && second !== "");
  const full = pairs.filter(([first, second]) => second.startsWith(first as string)).length;
  return pairs.length > 0 && full >= pairs.length * 0.9;
}

interface Rivalry {
  readonly field: DeckField;
  readonly chosen: number;
  readonly rival: number;
  readonly decimal: DecimalMark;
}

function refuseRival(deck: OpenDeck, { field, chosen, rival, decimal }: Rivalry): void {
  if (field === "code" && startsWith(deck, chosen, rival)) return;
  const differ = ({ cells }: TableRow): boolean => {
    const [a, b] = [cellText(cells[chosen]), cellText(cells[rival])];
    if (a === b || b === "") return false;
    if (field === "blocked") return saysYes(b) && !saysYes(a);
    if (!PRICES.has(field)) return true;
    const [price, other] = [parsePrice(a, decimal), parsePrice(b, decimal)];
    return other !== undefined && (price === undefined || compareDecimal(price.amount, other.amount) !== 0);
  };
  const row = dataRows(deck).find(differ);
  if (row === undefined) return;
  const named = (column: number) =>
    `"${deck.layout.headers[column]}" (column ${column + 1}: ${cellText(row.cells[column]) || "blank"})`;
  throw columnsAmbiguous({ field, first: named(chosen), second: named(rival), line: row.line });
}

const columnsAmbiguous = (args: { field: DeckField; first: string; second: string; line: number }) =>
  new Problem("deck-columns-ambiguous", {
    what: `Two columns can be the ${args.field} and differ in line ${args.line}: ${args.first} and ${args.second}.`,
    fix:
      `Name the right one in the template: {"columns": {"${args.field}": "header text, or number from 1"}}. ` +
      "A deck gives one price a code: prices by hours, quality or volume are imported one tariff each.",
  });

const zoneSevenAmbiguous = (code: string, line: number) =>
  new Problem("deck-codes-ambiguous", {
    what: `All codes begin with their country code 7: ${code} in line ${line} can be whole, or stand for 7${code}.`,
    fix:
      'Set {"columns": {"countryCode": null}} in the template if codes are whole, and "countryCode": "7" beside it if ' +
      "the country code goes before them.",
  });

const minimumAmbiguous = (header: string, text: string, line: number) =>
  new Problem("deck-columns-ambiguous", {
    what: `"${header}" (${text} in line ${line}) can be the least that a call costs, or the least seconds billed.`,
    fix:
      `If it is seconds, say so in the template: {"columns": {"firstInterval": "${header}"}}. A least cost has no place in ` +
      'a deck: leave it out ({"columns": {"minimumCost": null}}), and give such rates a minimumCost in a setup file.',
  });

/** "Setup" is paid for every call, or once for a number that also has a price a month. */
function refuseSetupFee({ table, layout }: OpenDeck, column: number | undefined, decimal: DecimalMark): void {
  const header = layout.headers[column ?? -1] ?? "";
  const monthly = layout.headers.find((text) => /\b(month(ly)?|mrc|rental|recurring|annual|yearly)\b/i.test(text));
  if (monthly === undefined || !layout.rivals.has("connectFee") || !/set ?-?up/i.test(header)) return;
  const cells = table.rows.slice(layout.dataFrom).map((row) => cellText(row.cells[column ?? -1]));
  if (cells.some((text) => !isNothing(text, decimal))) throw setupAmbiguous(header, monthly);
}

const setupAmbiguous = (header: string, monthly: string) =>
  new Problem("deck-columns-ambiguous", {
    what: `"${header}" beside "${monthly}" can be paid for every call, or once for a number.`,
    fix:
      `Say so in the template: {"columns": {"connectFee": "${header}"}} if it is paid for every call, else ` +
      `{"columns": {"connectFee": null}}. What numbers cost a month goes into a package.`,
  });

const nextRateUnpaired = (args: { header: string; text: string; line: number }) =>
  new Problem("deck-columns-ambiguous", {
    what:
      `"${args.header}" (${args.text} in line ${args.line}) is the price of what follows the first interval, and several ` +
      "columns have prices of the first: it can go with any of them.",
    fix:
      'Import one of them at a time: name it in the template ("columns": {"rate": …, "nextRate": …}), or leave out what ' +
      'follows with {"columns": {"nextRate": null}}.',
  });

const originPriced = (args: { header: string; text: string; line: number }) =>
  new Problem("deck-origin-priced", {
    what:
      `The deck prices by where calls come from ("${args.header}" is "${args.text}" in line ${args.line}), and not only ` +
      "in that column: a surcharge or other columns of prices depend on it too.",
    fix:
      "Say what the columns of prices are for in the template's originPrices, and ignore the column of origins with " +
      '{"columns": {"origin": null}}; give surcharges to the tariff in a setup file (`surcharges`).',
  });
