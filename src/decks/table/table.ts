import type { Currency } from "../../core/money/currency.ts";

/** A cell of a spreadsheet whose type matters; every cell of a text deck is plain text. */
export type TypedCell =
  /** `currency`: of the number's format ("#,##0.00 €"); undefined where that names none. */
  | { readonly kind: "number"; readonly value: number; readonly text: string; readonly currency?: Currency }
  /** A number under a date format; `serial` counts days from 1899-12-30 (the 1904 epoch is already folded in). */
  | { readonly kind: "date"; readonly serial: number; readonly text: string }
  /** A formula with no value stored beside it; with one, the cell is read as that value. */
  | { readonly kind: "formula"; readonly text: string }
  /** `#N/A`, `#REF!` and their like. */
  | { readonly kind: "error"; readonly text: string };

export type Cell = string | TypedCell;

/** One line of a text deck, or one row of a sheet. */
export interface TableRow {
  /** Line on which the row starts, or row of the sheet, from 1. */
  readonly line: number;
  readonly cells: readonly Cell[];
  /** Set when the row could not be split into cells safely (broken quoting, oversized cell). */
  readonly fault?: "broken-quoting" | "cell-too-long";
  /** Span in the table's text; a sheet has none. */
  readonly start: number;
  readonly end: number;
}

/** A deck file, or one of its sheets, as rows of cells. Blank rows are left out; `line` keeps the numbering. */
export interface Table {
  /** Name of the sheet; "" for a text deck. */
  readonly name: string;
  readonly rows: readonly TableRow[];
  /** The decoded file, for showing a row as it came; "" for a sheet. */
  readonly text: string;
  /** What a spreadsheet does not show of a sheet; a text deck has none. */
  readonly hidden?: HiddenCells;
}

/** Hidden, folded or filtered rows, by line, and columns, by index. Their cells are in the table like all others. */
export interface HiddenCells {
  readonly lines: readonly number[];
  readonly columns: readonly number[];
}

/** Longest cell, in characters: twice what a spreadsheet can hold, so that long code lists fit. */
export const CELL_CHARS_MAX = 65_536;

/** Longest row shown to people when it is rejected. */
const RAW_CHARS_MAX = 2_000;

/** The text of a cell as a person sees it, without surrounding blanks. */
export const cellText = (cell: Cell | undefined): string =>
  cell === undefined ? "" : typeof cell === "string" ? cell : cell.text;

/** The texts of a row in one. */
export const rowText = ({ cells }: TableRow): string => cells.map(cellText).filter(Boolean).join(" ");

/** The row as it came; the cells of a sheet are joined by tabs. */
export function rawRow(table: Table, row: TableRow): string {
  const raw = table.text === "" ? row.cells.map(cellText).join("\t") : table.text.slice(row.start, row.end).trimEnd();
  return raw.length > RAW_CHARS_MAX ? `${raw.slice(0, RAW_CHARS_MAX)}…` : raw;
}
