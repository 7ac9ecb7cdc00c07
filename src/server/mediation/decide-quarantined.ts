import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { moveFate } from "./arrived-row.ts";
import { lockCounts, recount } from "./file-store.ts";
import { quarantinedUnknown } from "./problems.ts";
import { correctQuarantined, decideQuarantined, listWaiting, type WaitingRow } from "./quarantine-store.ts";

/**
 * Gives a waiting row a corrected text, to be retried; the text as it came is kept. Errors: Problem
 * `quarantined-unknown`.
 */
export async function editQuarantined(
  db: Database,
  { tenantId, id, raw }: { readonly tenantId: string; readonly id: string; readonly raw: string },
): Promise<void> {
  await db.transaction("ingest", {}, async (tx) => {
    await findWaiting(tx, tenantId, id);
    await correctQuarantined(tx, { id, raw });
  });
}

/**
 * Says that a waiting row is no call to be charged: it counts as non-billable from now on. Errors: Problem
 * `quarantined-unknown`.
 */
export async function dismissQuarantined(
  db: Database,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
): Promise<void> {
  await db.transaction("ingest", {}, async (tx) => {
    await lockCounts(tx, (await findWaiting(tx, tenantId, id)).sourceId);
    const row = await findWaiting(tx, tenantId, id); // again: an import may have released it before the lock
    await decideQuarantined(tx, [id], "dismissed");
    if (!row.isPart) await recount(tx, new Map([[row.fileId, moveFate("quarantined", "non-billable")]]));
  });
}

async function findWaiting(tx: Tx, tenantId: string, id: string): Promise<WaitingRow> {
  const [row] = await listWaiting(tx, { tenantId, ids: [id], limit: 1 });
  if (row === undefined) throw quarantinedUnknown({ id });
  return row;
}
