import { matchHeader } from "../layout/fields.ts";
import type { DeckField } from "../template.ts";
import { cellText, type Table, type TableRow } from "./table.ts";

/** Titles above the header of either sheet. */
const HEADER_SEARCH_ROWS = 100;

/**
 * Workbooks that keep prices by destination on one sheet and codes by destination on another: answers the price sheet
 * with a column of codes added. Destinations are compared as text, without case. Undefined when there are no such two
 * sheets.
 */
export function joinCodeSheet(sheets: readonly Table[]): Table | undefined {
  const prices = findSheet(sheets, ["destination", "rate"], "code");
  const codes = findSheet(sheets, ["destination", "code"], "rate");
  if (prices === undefined || codes === undefined || prices.table === codes.table) return undefined;
  const byName = new Map<string, string[]>();
  for (const row of codes.table.rows.slice(codes.index + 1)) {
    const code = cellText(row.cells[codes.fields.get("code") as number]);
    const name = nameIn(row, codes);
    if (code !== "") byName.set(name, [...(byName.get(name) ?? []), code]);
  }
  const width = Math.max(...prices.table.rows.map((row) => row.cells.length));
  const rows = prices.table.rows.map((row, index) => {
    const cells = Array.from({ length: width }, (_, column) => row.cells[column] ?? "");
    const code = index === prices.index ? "Code" : (byName.get(nameIn(row, prices))?.join(",") ?? "");
    return { ...row, cells: [...cells, code] };
  });
  return { ...prices.table, name: `${prices.table.name} + ${codes.table.name}`, rows };
}

interface NamedSheet {
  readonly table: Table;
  readonly index: number;
  readonly fields: ReadonlyMap<DeckField, number>;
}

function findSheet(sheets: readonly Table[], wanted: readonly DeckField[], without: DeckField): NamedSheet | undefined {
  for (const table of sheets) {
    for (const [index, row] of table.rows.slice(0, HEADER_SEARCH_ROWS).entries()) {
      const fields = new Map<DeckField, number>();
      for (const [column, cell] of row.cells.entries()) {
        const field = matchHeader(cellText(cell))?.field;
        if (field !== undefined && !fields.has(field)) fields.set(field, column);
      }
      if (wanted.every((field) => fields.has(field)) && !fields.has(without)) return { table, index, fields };
    }
  }
  return undefined;
}

const nameIn = (row: TableRow, { fields }: NamedSheet): string =>
  cellText(row.cells[fields.get("destination") as number]).toLowerCase();
