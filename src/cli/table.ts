import Table3 from "cli-table3";
import type { Colors } from "./colors.ts";

/** Rows under titles; every row has one cell a column. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

export interface Column {
  readonly title: string;
  /** Numbers stand right, so that their digits line up. */
  readonly align?: "left" | "right";
}

/** What a list shows: its table, or one sentence where there is nothing to list. */
export const tableOr = (table: Table, nothing: string): string | Table => (table.rows.length === 0 ? nothing : table);

/** No lines around the cells: what is left is what `cut`, `awk` and a ticket can take. */
const NO_BORDERS = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", right: "", "right-mid": "", middle: "  " },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "" },
};

/** A table as text, one line a row, columns two spaces apart, no spaces at the end of a line. */
export function formatTable({ columns, rows }: Table, colors: Colors): string {
  const table = new Table3({
    head: columns.map(({ title }) => colors.bold(title)),
    colAligns: columns.map(({ align }) => align ?? "left"),
    chars: NO_BORDERS,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  table.push(...rows.map((row) => row.map(oneLine)));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** What came from a file may hold control characters, which a terminal would obey. */
export const oneLine = (cell: string): string => cell.replace(/\p{Cc}+/gu, " ");
