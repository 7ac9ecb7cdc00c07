import { cellText, type Table, type TableRow } from "../table/table.ts";
import type { DeckField, DeckTemplate } from "../template.ts";
import { matchHeader, normalHeader } from "./fields.ts";
import { inferColumns } from "./infer-columns.ts";

/** Where a table's header and columns are. */
export interface Layout {
  /** Index in `table.rows` of the first row after the header. */
  readonly dataFrom: number;
  /** Line of the header; null when the columns were told apart by content. */
  readonly headerLine: number | null;
  readonly headers: readonly string[];
  /** Column index, from 0, per field. */
  readonly columns: ReadonlyMap<DeckField, number>;
}

/** Titles, addresses and notes above a header; longer ones need `headerRow` in the template. */
const HEADER_SEARCH_ROWS = 100;

/**
 * Finds the header row and the columns: what the template says, then the header row that names most fields, then,
 * without any header, the kind of content in each column. Undefined when no column of codes or none of prices is found.
 */
export function findLayout(table: Table, template: DeckTemplate): Layout | undefined {
  if (template.headerRow !== 0) {
    const header = findHeader(table, template);
    if (header !== undefined) return header;
  }
  const columns = applyTemplate(inferColumns(table.rows), [], template);
  if (columns === undefined || !isPriced(columns)) return undefined;
  return { dataFrom: 0, headerLine: null, headers: [], columns };
}

/** The row that names most fields; two rows together only when they name more than any row alone. */
function findHeader(table: Table, template: DeckTemplate): Layout | undefined {
  const candidates = [...table.rows.slice(0, HEADER_SEARCH_ROWS).entries()].filter(
    ([, row]) => template.headerRow === undefined || row.line === template.headerRow,
  );
  const single = candidates.map(([index, row]) => readHeader(index, [row], template));
  const double = candidates.map(([index, row]) => {
    const below = table.rows[index + 1];
    const isTitle = row.cells.filter((cell) => cell !== "").length < 2;
    return below === undefined || isTitle ? undefined : readHeader(index, [row, below], template);
  });
  let best: Layout | undefined;
  for (const layout of [...single, ...double]) {
    if (layout !== undefined && layout.columns.size > (best?.columns.size ?? 0)) best = layout;
  }
  return best;
}

/** Columns by one header row, or by two where the upper one spans ("Increment" above "First" and "Next"). */
function readHeader(index: number, rows: readonly TableRow[], template: DeckTemplate): Layout | undefined {
  const width = Math.max(...rows.map((row) => row.cells.length));
  if (rows.some((row) => row.cells.some((cell) => /^[-+]?\d[\d.,/:+ -]*$/.test(cellText(cell))))) return undefined;
  const headers = Array.from({ length: width }, (_, column) =>
    rows
      .map((row) => cellText(row.cells[column]))
      .filter((text) => text !== "")
      .join(" "),
  );
  const columns = applyTemplate(matchColumns(headers), headers, template);
  if (columns === undefined || !isPriced(columns)) return undefined;
  return { dataFrom: index + rows.length, headerLine: rows[0]?.line ?? null, headers, columns };
}

/** Best column per field: the pattern listed first wins, then the leftmost column. */
function matchColumns(headers: readonly string[]): Map<DeckField, number> {
  const best = new Map<DeckField, { column: number; rank: number }>();
  for (const [column, header] of headers.entries()) {
    const match = matchHeader(header);
    if (match === undefined) continue;
    const known = best.get(match.field);
    if (known === undefined || match.rank < known.rank) best.set(match.field, { column, rank: match.rank });
  }
  return new Map([...best].map(([field, { column }]) => [field, column]));
}

/** The template's columns replace the found ones; undefined when a header it names is not in this row. */
function applyTemplate(
  found: Map<DeckField, number>,
  headers: readonly string[],
  template: DeckTemplate,
): Map<DeckField, number> | undefined {
  for (const [field, column] of Object.entries(template.columns ?? {}) as [DeckField, string | number | null][]) {
    if (column === null) {
      found.delete(field);
      continue;
    }
    const wanted = typeof column === "string" ? normalHeader(column) : "";
    const index = typeof column === "number" ? column - 1 : headers.findIndex((text) => normalHeader(text) === wanted);
    if (index === -1) return undefined;
    for (const [other, at] of found) if (at === index) found.delete(other);
    found.set(field, index);
  }
  return found;
}

/** A rate deck has a column of codes and a column of prices; anything else is optional. */
function isPriced(columns: ReadonlyMap<DeckField, number>): boolean {
  const codes = columns.has("code") || columns.has("areaCode") || columns.has("countryCode");
  const rates = columns.has("rate") || columns.has("interRate") || columns.has("intraRate");
  return codes && rates;
}
