import type { EpochMs } from "../../core/time/epoch.ts";
import { toInstant } from "../../core/time/epoch.ts";
import { type BinaryCopy, copyBody } from "./binary-copy.ts";
import { copyIn } from "./copy-in.ts";
import type { BulkTx } from "./tx.ts";

/** How rows of one kind are written into a table that is partitioned by month (UTC). */
export interface PartitionedRows<Row> {
  readonly table: string;
  /** Names of the columns, in the order in which `write` gives them. */
  readonly columns: string;
  /** The time that the table is partitioned by. */
  readonly at: (row: Row) => EpochMs;
  readonly write: (copy: BinaryCopy, row: Row) => void;
}

/**
 * Copies rows straight into their partitions, which must be there: a staged `INSERT … SELECT` costs half as much
 * again (docs/reference/benchmarks.md). `COPY` is refused to whom row-level security binds. A partition's does not bind
 * its owner, so the owner does this one thing; `tx` is of the role `ingest`, before and after, and nobody else may
 * touch a partition (docs/decisions/0009-isolation.md).
 */
export async function copyIntoPartitions<Row>(
  tx: BulkTx,
  into: PartitionedRows<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query("set local role tollwright_owner");
  for (const [month, ofMonth] of byMonth(rows, into.at)) {
    const statement = `copy tollwright.${into.table}_${month} (${into.columns}) from stdin (format binary)`;
    await copyIn(tx, statement, copyBody(ofMonth, into.write));
  }
  await tx.query("set local role tollwright_ingest");
}

/** Rows by the month (`2026_03`) that names their partition. */
function byMonth<Row>(rows: readonly Row[], at: (row: Row) => EpochMs): Map<string, readonly Row[]> {
  let last = { from: 0, until: 0, name: "" };
  return Map.groupBy(rows, (row) => {
    const time = at(row);
    if (time < last.from || time >= last.until) last = monthOf(time);
    return last.name;
  });
}

function monthOf(at: EpochMs): { readonly from: number; readonly until: number; readonly name: string } {
  const first = toInstant(at).toZonedDateTimeISO("UTC").with({ day: 1 }).startOfDay();
  const name = first.toPlainDate().toString().slice(0, 7).replace("-", "_");
  return { from: first.epochMilliseconds, until: first.add({ months: 1 }).epochMilliseconds, name };
}
