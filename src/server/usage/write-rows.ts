import { copyIntoPartitions, type PartitionedRows } from "../db/copy-into-partitions.ts";
import { insertRows } from "../db/insert-rows.ts";
import { canCopy, type Tx } from "../db/tx.ts";

/** Rows from which on a COPY of them is cheaper than a statement that is prepared. */
const MANY_ROWS = 500;

/** Writes rows whose partitions are there: many are copied into them, on a connection that can. */
export async function writeRows<Row>(tx: Tx, into: PartitionedRows<Row>, rows: readonly Row[]): Promise<void> {
  if (rows.length >= MANY_ROWS && canCopy(tx)) await copyIntoPartitions(tx, into, rows);
  else await insertRows(tx, into, rows);
}
