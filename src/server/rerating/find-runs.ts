import type { Database } from "../db/database.ts";
import { reratingEnded, reratingUnknown } from "./problems.ts";
import { endRun, listRuns, lockRun, type ReratingRun } from "./run-store.ts";

/** The newest re-ratings of the tenant, newest first. */
export const findRuns = (db: Database, tenantId: string, limit: number): Promise<readonly ReratingRun[]> =>
  db.transaction("app", { tenantId }, (tx) => listRuns(tx, tenantId, limit));

/**
 * Ends a re-rating that is under way, or was broken off: it takes no page more. What it has charged stays.
 *
 * @throws Problem `rerating-unknown`, `rerating-ended`.
 */
export async function cancelRun(db: Database, tenantId: string, id: string): Promise<ReratingRun> {
  if (!UUID.test(id)) throw reratingUnknown({ id });
  return await db.transaction("app", { tenantId }, async (tx) => {
    const run = await lockRun(tx, tenantId, id);
    if (run === undefined) throw reratingUnknown({ id });
    if (run.state !== "running") throw reratingEnded({ id, state: run.state });
    await endRun(tx, id, "cancelled");
    return run;
  });
}

/** What is no id at all is the id of nothing. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
