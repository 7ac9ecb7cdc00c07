import type { OriginZone } from "../core/tariff/origin-zone.ts";
import type { CodeItem } from "./cells/codes.ts";
import { findClashes, unfold } from "./cells/unfold-codes.ts";
import type { DeckReading, DeckRow, RejectedRow } from "./deck-row.ts";
import { deckWarnings } from "./deck-warnings.ts";
import type { PricedColumn } from "./priced-columns.ts";
import { type ReadRow, readRow } from "./read-row.ts";
import { type RowContext, rowContext } from "./row-context.ts";
import { type OpenDeck, openDeck, titleRows } from "./table/open-deck.ts";
import { rawRow, type TableRow } from "./table/table.ts";
import type { DeckTemplate } from "./template.ts";

/**
 * Reads a rate deck: bytes of a CSV, TSV or XLSX file to the price of every prefix, with each row that cannot be used
 * set aside with a reason. What the template leaves out is detected, and what was detected is in the answer.
 *
 * Units: rates as decimals per `unitS` seconds; times as UTC instants; increments in seconds.
 * Errors: a Problem `deck-…` for a file that cannot be read as a whole; a row never fails the file.
 * Source: docs/concepts/rate-decks.md.
 */
export function readDeck(bytes: Uint8Array, template: DeckTemplate = {}): DeckReading {
  const deck = openDeck(bytes, template);
  const context = rowContext(deck, template);
  const rejected: RejectedRow[] = [];
  const drafts: { rows: readonly DeckRow[]; items: readonly CodeItem[] }[] = [];
  const contexts = context.priced.map((one) => contextOf(context, one));
  const { table, layout } = deck;
  const notes: TableRow[] = [];
  for (const row of table.rows.slice(layout.dataFrom)) {
    const read = readPrices(row, contexts);
    if (read.kind === "note") notes.push(row);
    else if (read.kind === "reject") rejected.push({ line: row.line, raw: rawRow(table, row), reject: read.reject });
    else drafts.push(read);
  }
  const clashing = findClashes(drafts);
  let unfoldedRows = 0;
  const rows: DeckRow[] = [];
  for (const { rows: prices, items } of drafts) {
    const before = rows.length;
    for (const item of items) {
      for (const prefix of unfold(item, clashing))
        for (const row of prices) rows.push(prefix === row.prefix ? row : { ...row, prefix });
    }
    if (rows.length - before > items.length * prices.length) unfoldedRows += 1;
  }
  const counts = {
    rows: drafts.length + rejected.length,
    loadedRows: drafts.length,
    rejectedRows: rejected.length,
    notes: notes.length,
    prefixes: new Set(rows.map(({ prefix }) => prefix)).size,
  };
  return {
    rows,
    zones: explainedZones(context),
    rejected,
    counts,
    detected: detectedLayout(deck, context),
    warnings: deckWarnings(context, rows, { unfoldedRows, remarks: [...titleRows(deck), ...notes] }),
  };
}

/** The context for one of several columns of prices. */
const contextOf = (context: RowContext, { column, origin }: PricedColumn): RowContext => ({
  ...context,
  columns: new Map(context.columns).set("rate", column),
  origin,
});

type ReadPrices =
  | Exclude<ReadRow, { readonly kind: "row" }>
  | { readonly kind: "rows"; readonly rows: readonly DeckRow[]; readonly items: readonly CodeItem[] };

/** All prices of a row. It is taken whole or not at all: a code without one of them would fall to a shorter code's. */
function readPrices(row: TableRow, contexts: readonly RowContext[]): ReadPrices {
  const rows: DeckRow[] = [];
  let items: readonly CodeItem[] = [];
  for (const context of contexts) {
    const read = readRow(row, context);
    if (read.kind !== "row") return read;
    rows.push(read.row);
    items = read.items;
  }
  return { kind: "rows", rows, items };
}

/** Each zone once, by its name. */
function explainedZones({ caches }: RowContext): OriginZone[] {
  const zones = [...caches.origins.values()].flatMap((origin) => origin.zones);
  return [...new Map(zones.map((zone) => [zone.name, zone])).values()];
}

function ratePer(unitS: RowContext["unitS"]): DeckReading["detected"]["ratePer"] {
  if (unitS === "increment") return "increment";
  return unitS === 60 ? "minute" : unitS === 1 ? "second" : `${unitS} seconds`;
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
    dateOrder: context.columns.has("effectiveFrom") ? (context.shownDateOrder ?? "ymd") : null,
    currency: context.currency,
    ratePer: ratePer(context.unitS),
  };
}
