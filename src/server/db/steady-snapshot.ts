import type { Tx } from "./tx.ts";

/**
 * Makes `tx`, of which this is the first statement, read everything as it is at one moment. The archive gives the space
 * of emptied partitions back by truncating them, which even such a snapshot sees: the lock, which takes no snapshot
 * yet, keeps it from doing so until `tx` ends.
 */
export async function steadySnapshot(tx: Tx, access: "read only" | "read write" = "read only"): Promise<void> {
  await tx.query(`set transaction isolation level repeatable read, ${access}`);
  await tx.query("lock table archives in access share mode");
}
