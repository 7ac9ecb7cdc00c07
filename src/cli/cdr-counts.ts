import type { RowCounts } from "../server/mediation/find-imports.ts";
import type { Column } from "./table.ts";

const TITLES = ["ROWS", "STORED", "DUPLICATE", "CORRECTED", "NON-BILLABLE", "QUARANTINED", "OPEN"];

/** Titles over {@link countCells}. */
export const countColumns: readonly Column[] = TITLES.map((title) => ({ title, align: "right" }));

/** What became of rows, for a table; the corrected ones are part of the duplicates. */
export const countCells = (counts: RowCounts): readonly string[] =>
  [
    counts.rows,
    counts.stored,
    counts.duplicate,
    counts.corrected,
    counts.nonBillable,
    counts.quarantined,
    counts.open,
  ].map(String);
