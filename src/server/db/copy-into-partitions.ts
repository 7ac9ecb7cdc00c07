import type { EpochMs } from "../../core/time/epoch.ts";
import { type BinaryCopy, copyBody } from "./binary-copy.ts";
import { copyIn } from "./copy-in.ts";
import type { TableRows } from "./insert-rows.ts";
import { monthFinder, partitionName } from "./partitions.ts";
import type { BulkTx } from "./tx.ts";

/** How rows of one kind are written into a table that is partitioned by month (UTC). */
export interface PartitionedRows<Row> extends TableRows<Row> {
  /** The time that the table is partitioned by. */
  readonly at: (row: Row) => EpochMs;
}

/** {@link PartitionedRows} that are written into a `COPY` alone. */
export interface CopiedRows<Row> extends Pick<PartitionedRows<Row>, "table" | "columns" | "at"> {
  readonly write: (copy: BinaryCopy, row: Row) => void;
}

/**
 * Copies rows straight into their partitions, which must be there: a staged `INSERT … SELECT` costs half as much
 * again (docs/reference/benchmarks.md). `COPY` is refused to whom row-level security binds. A partition's does not bind
 * its owner, so the owner does this one thing; `tx` is of the role `ingest`, before and after, and nobody else may
 * touch a partition (docs/decisions/0009-isolation.md).
 */
export async function copyIntoPartitions<Row>(tx: BulkTx, into: CopiedRows<Row>, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query("set local role tollwright_owner");
  const monthOf = monthFinder();
  for (const [month, ofMonth] of Map.groupBy(rows, (row) => monthOf(into.at(row)).text)) {
    const partition = `tollwright.${partitionName(into.table, month)}`;
    const statement = `copy ${partition} (${into.columns}) from stdin (format binary)`;
    await copyIn(tx, statement, copyBody(ofMonth, into.write));
  }
  await tx.query("set local role tollwright_ingest");
}
