import type { RowOutcome } from "../../mediation/decoder.ts";
import { uuidText } from "../db/binary-copy.ts";
import { rawHash } from "../usage/identity.ts";
import { NO_ROWS, type RowCounts } from "./row-counts.ts";

/** One row that is to be accounted for: framing is no row. */
export interface ArrivedRow {
  readonly line: number;
  readonly raw: string;
  readonly outcome: Exclude<RowOutcome, { readonly kind: "framing" }>;
  /** The switch's own number of the record, where a row that came in no file has one. */
  readonly sequence?: string | undefined;
  /**
   * Its hash, where that is not of `raw`: an operator has corrected the text since, or the row stands for the end of a
   * file, which has none.
   */
  readonly knownAs?: string;
  /** What was last known of a call whose end nobody told: any record of it that comes later goes before this one. */
  readonly isProvisional?: true;
}

/** Under which hash a row is known in quarantine. */
export const hashOfRow = ({ raw, knownAs }: Pick<ArrivedRow, "raw" | "knownAs">): string =>
  knownAs ?? uuidText(rawHash(raw));

/** What became of a row. Every row has exactly one fate, so that rows in = rows accounted for. */
export type RowFate =
  | "stored"
  | "duplicate"
  /** A duplicate whose stored event now reads as the settings of today have it. */
  | "corrected"
  | "non-billable"
  | "quarantined"
  | "open";

const COLUMNS = {
  stored: "stored",
  duplicate: "duplicate",
  corrected: "duplicate",
  "non-billable": "nonBillable",
  quarantined: "quarantined",
  open: "open",
} as const satisfies Record<RowFate, keyof RowCounts>;

/** The counts of rows with these fates. */
export function countFates(fates: Iterable<RowFate>): RowCounts {
  const counts = { ...NO_ROWS };
  for (const fate of fates) {
    counts.rows += 1;
    counts[COLUMNS[fate]] += 1;
    if (fate === "corrected") counts.corrected += 1;
  }
  return counts;
}

/** The change of counts when a row that was counted under one fate comes to another. */
export function moveFate(from: RowFate, to: RowFate): RowCounts {
  const counts = { ...NO_ROWS };
  counts[COLUMNS[from]] -= 1;
  counts[COLUMNS[to]] += 1;
  if (from === "corrected") counts.corrected -= 1;
  if (to === "corrected") counts.corrected += 1;
  return counts;
}
