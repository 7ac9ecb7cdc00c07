import { compareDecimal } from "../core/money/decimal.ts";
import { Problem } from "../core/problem.ts";
import { readCountryCode } from "./cells/country-code.ts";
import { type DecimalMark, parsePrice } from "./cells/price.ts";
import { normalHeader } from "./layout/fields.ts";
import type { OpenDeck } from "./table/open-deck.ts";
import { cellText, type TableRow } from "./table/table.ts";
import type { DeckField } from "./template.ts";

const PRICES: ReadonlySet<DeckField> = new Set(["rate", "interRate", "intraRate", "indeterminateRate", "connectFee"]);
/** With the prices, what changes the cost of a call: where two columns can hold it and differ, the deck is refused. */
const TERMS: ReadonlySet<DeckField> = new Set([
  ...(["code", "increments", "firstInterval", "nextInterval", "effectiveFrom", "effectiveTo"] as const),
]);

/** Words in a column of origins that limit nothing. */
const ANY_ORIGIN =
  /^(|-+|\*|all( (origins?|others?))?|any|default|global|none|n\/?a|world( ?wide)?|rest of (the )?world)$/i;

/**
 * The columns that rows are read from: `rate` is the column that prices the deck, and `countryCode` is there only where
 * it has to be put before the codes.
 * Errors: `deck-columns-ambiguous`, `deck-origin-priced`.
 */
export function settleColumns(deck: OpenDeck, rateField: DeckField, decimal: DecimalMark): Map<DeckField, number> {
  const { layout } = deck;
  const columns = new Map([...layout.columns].filter(([field]) => !field.endsWith("Rate")));
  columns.set("rate", layout.columns.get(rateField) as number);
  refuseOrigins(deck, columns);
  settleCode(deck, columns);
  const used = new Set(columns.values());
  for (const [field, rivals] of layout.rivals) {
    const chosen = field === rateField ? columns.get("rate") : columns.get(field);
    if (chosen === undefined || !(PRICES.has(field) || TERMS.has(field))) continue;
    for (const rival of rivals) if (!used.has(rival)) refuseRival(deck, { field, chosen, rival, decimal });
  }
  return columns;
}

const dataRows = ({ table, layout }: OpenDeck): readonly TableRow[] => table.rows.slice(layout.dataFrom);

/** A price that holds for calls from some places only would be charged for all of them. */
function refuseOrigins(deck: OpenDeck, columns: Map<DeckField, number>): void {
  const origin = columns.get("origin");
  columns.delete("origin");
  if (origin === undefined) return;
  const row = dataRows(deck).find(({ cells }) => !ANY_ORIGIN.test(cellText(cells[origin])));
  if (row !== undefined)
    throw originPriced({
      header: deck.layout.headers[origin] ?? "",
      text: cellText(row.cells[origin]),
      line: row.line,
    });
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

const originPriced = (args: { header: string; text: string; line: number }) =>
  new Problem("deck-origin-priced", {
    what:
      `The deck prices by where calls come from: "${args.header}" is "${args.text}" in line ${args.line}, ` +
      "and a tariff has one price a code.",
    fix:
      "Import a file with the rows of one origin alone (each origin as a tariff of its own). If the column says nothing " +
      'about prices, ignore it: {"columns": {"origin": null}} in the template.',
  });
