import type { Database } from "../db/database.ts";
import { isInUse, listEmptiedPartitions, truncateIfEmpty } from "./partition-store.ts";

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
