import { cellText, type Table, type TableRow } from "../table/table.ts";
import type { DeckField, DeckTemplate } from "../template.ts";
import { matchHeader, namesNextPrice, normalHeader } from "./fields.ts";
import { inferColumns } from "./infer-columns.ts";
import { type MatchedColumns, matchColumns, SAMPLE_ROWS } from "./match-columns.ts";

/** Where a table's header and columns are. */
export interface Layout {
  /** Index in `table.rows` of the first row after the header. */
  readonly dataFrom: number;
  /** Line of the header; null when the columns were told apart by content. */
  readonly headerLine: number | null;
  readonly headers: readonly string[];
  /** Column index, from 0, per field. */
  readonly columns: ReadonlyMap<DeckField, number>;
  /** Columns that may hold a field as well as the chosen one; none for a field that the template names. */
  readonly rivals: MatchedColumns["rivals"];
  readonly otherPrices: MatchedColumns["otherPrices"];
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
  if (columns === undefined || !isPriced(columns, template)) return undefined;
  return { dataFrom: 0, headerLine: null, headers: [], columns, rivals: new Map(), otherPrices: [] };
}

/** The row that names most fields; two rows together only when they name more than any row alone. */
function findHeader(table: Table, template: DeckTemplate): Layout | undefined {
  const candidates = [...table.rows.slice(0, HEADER_SEARCH_ROWS).entries()].filter(
    ([, row]) => template.headerRow === undefined || row.line === template.headerRow,
  );
  const single = candidates.map(([index]) => readHeader(table, index, 1, template));
  const double = candidates.map(([index, row]) => {
    const below = table.rows[index + 1];
    const isTitle = row.cells.filter((cell) => cell !== "").length < 2;
    return below === undefined || isTitle ? undefined : readHeader(table, index, 2, template);
  });
  let best: Layout | undefined;
  for (const layout of [...single, ...double]) {
    if (layout !== undefined && layout.columns.size > (best?.columns.size ?? 0)) best = layout;
  }
  const doubled = double.find((layout) => layout !== undefined && layout.dataFrom - 1 === best?.dataFrom);
  return doubled?.columns.size === best?.columns.size && isHeading(table.rows[best?.dataFrom ?? 0]) ? doubled : best;
}

/** Two texts or more and no digit: more of the header ("Peak", "Off-peak"), since sections have one text and rates digits. */
function isHeading(row: TableRow | undefined): boolean {
  const texts = row?.cells.map(cellText).filter((text) => text !== "") ?? [];
  return texts.length > 1 && !texts.some((text) => /\d/.test(text));
}

/** Columns by one header row, or by two where the upper one spans ("Increment" above "First" and "Next"). */
function readHeader(table: Table, index: number, height: 1 | 2, template: DeckTemplate): Layout | undefined {
  const dataFrom = index + height;
  const rows = table.rows.slice(index, dataFrom);
  const width = Math.max(...rows.map((row) => row.cells.length));
  if (rows.some((row) => row.cells.some((cell) => /^[-+]?\d[\d.,/:+ -]*$/.test(cellText(cell))))) return undefined;
  const headers = Array.from({ length: width }, (_, column) => headerAt(rows, column));
  if (headers.every((text) => matchHeader(text) === undefined) && template.columns === undefined) return undefined;
  const isBlank = (column: number): boolean =>
    !table.rows.slice(dataFrom).some(({ cells }) => cellText(cells[column]) !== "");
  const matched = matchColumns(headers, table.rows.slice(dataFrom, dataFrom + SAMPLE_ROWS), isBlank);
  const columns = applyTemplate(matched.columns, headers, template);
  if (columns === undefined || !isPriced(columns, template)) return undefined;
  const rivals = new Map([...matched.rivals].filter(([field]) => template.columns?.[field] === undefined));
  const headerLine = rows[0]?.line ?? null;
  return { dataFrom, headerLine, headers, columns, rivals, otherPrices: matched.otherPrices };
}

/** The texts of one or two rows; a cell merged over both is in both. */
function headerAt(rows: readonly TableRow[], column: number): string {
  const textsAt = (at: number) => rows.map((row) => cellText(row.cells[at]));
  const header = [...new Set(textsAt(column).filter((text) => text !== ""))].join(" ");
  const [upper, lower] = textsAt(column);
  if (upper !== "" || !lower) return header;
  const span = cellText(rows[0]?.cells.slice(0, column).findLast((cell) => cell !== ""));
  // "Price" over "First" and "Next", which below "Interval" is a step.
  if (matchHeader(span)?.field === "rate" && namesNextPrice(`${span} ${lower}`, true)) return `${span} ${lower}`;
  if (matchHeader(lower) !== undefined) return header;
  // "Rate" over "Standard" and, with no text of its own above it, "Premium": both are prices.
  return [span, `${span} ${lower}`].every((text) => matchHeader(text)?.field === "rate") ? `${span} ${lower}` : header;
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
function isPriced(columns: ReadonlyMap<DeckField, number>, { originPrices }: DeckTemplate): boolean {
  const codes = columns.has("code") || columns.has("areaCode") || columns.has("countryCode");
  const rates = columns.has("rate") || columns.has("interRate") || columns.has("intraRate");
  return codes && (rates || originPrices !== undefined);
}
