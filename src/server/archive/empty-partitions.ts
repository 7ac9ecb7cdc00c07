import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import type { ArchiveFile } from "./archive.ts";
import { type ArchivedTable, type Figure, sameFigures, sumFigures } from "./archived-tables.ts";
import {
  findPartitions,
  hasOtherTenants,
  isInUse,
  listEmptiedPartitions,
  lockPartitions,
  type MonthPartitions,
  partitionFigures,
  truncateIfEmpty,
  truncatePartitions,
} from "./partition-store.ts";
import { deleteRows, findRows, type MonthOfTenant } from "./rows-store.ts";

/**
 * Takes a month away by emptying its partitions at a stroke, where every row in them is in the files: deleting millions
 * row by row takes longer than all the rest. Nobody writes to the partitions meanwhile; readers wait for the last
 * moment alone. Answers false, and nothing has happened, where something else is in them, a tenant's or a call's of
 * another month, or where they stay in use.
 */
export async function emptyPartitions(tx: Tx, order: MonthOfTenant, files: readonly ArchiveFile[]): Promise<boolean> {
  const partitions = await findPartitions(tx, order.month);
  if (partitions === null) return false;
  await tx.query("savepoint emptying");
  const isDone =
    (await lockPartitions(tx, partitions, "share")) &&
    !(await hasOtherTenants(tx, partitions, order.tenantId)) &&
    (await takeRest(tx, { order, partitions, files })) &&
    (await lockPartitions(tx, partitions, "access exclusive"));
  if (isDone) await truncatePartitions(tx, partitions);
  else await tx.query("rollback to savepoint emptying");
  return isDone;
}

/** What is to be taken, where most of it stands, and what it comes to. */
interface Taking {
  readonly order: MonthOfTenant;
  readonly partitions: MonthPartitions;
  readonly files: readonly ArchiveFile[];
}

/** Deletes what the files have beside the partitions' rows; answers whether both together are what they have. */
async function takeRest(tx: Tx, { order: { tenantId, month }, partitions, files }: Taking): Promise<boolean> {
  const isWhole = (table: ArchivedTable, found: readonly (readonly Figure[])[]): boolean =>
    sameFigures(sumFigures(found), files.find((file) => file.table === table)?.figures ?? []);
  if (!isWhole("usage_events", [await partitionFigures(tx, "usage_events", partitions)])) return false;
  const rows = await findRows(tx, { tenantId, span: month });
  const answeredElsewhere = await deleteRows(tx, "charges", rows, month);
  if (!isWhole("charges", [await partitionFigures(tx, "charges", partitions), answeredElsewhere])) return false;
  return isWhole("usage_history", [await deleteRows(tx, "usage_history", rows)]);
}

/**
 * Gives the space of partitions in which nothing of any tenant is left back to the disk: rows that are deleted still
 * take it, and their indexes would for good. The empty partition stays, for calls that come late. One that is in use
 * just now is left for the next run.
 */
export async function giveBackSpace(db: Database): Promise<void> {
  const partitions = await db.transaction("owner", {}, (tx) => listEmptiedPartitions(tx));
  for (const partition of partitions)
    await db
      .bulk("owner", {}, (tx) => truncateIfEmpty(tx, partition))
      .catch((error: unknown) => {
        if (!isInUse(error)) throw error;
      });
}
