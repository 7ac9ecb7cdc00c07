import type { Database } from "../db/database.ts";
import { findSourceNamed } from "../mediation/find-source.ts";
import type { CountedBy } from "./counted-by.ts";
import { readTotals } from "./read-totals.ts";
import { type StatedTotals, saveTotals } from "./totals-store.ts";

/** A switch's totals as somebody gives them. */
export interface TotalsRequest {
  readonly tenantId: string;
  readonly source: string;
  /** CSV or JSON: see {@link readTotals}. */
  readonly text: string;
  readonly countedBy: CountedBy;
  readonly author: string;
}

/**
 * Stores what a switch says it has counted; what was said of the same period and trunk before is replaced. Answers what
 * was read. Errors: Problems `source-unknown`, `totals-invalid`; nothing is stored then.
 */
export async function importTotals(db: Database, request: TotalsRequest): Promise<readonly StatedTotals[]> {
  const { tenantId, text, countedBy, author } = request;
  const source = await findSourceNamed(db, tenantId, request.source);
  const totals = readTotals(text, { zone: source.config.timeZone, countedBy });
  await db.transaction("app", { tenantId }, (tx) =>
    saveTotals(tx, { tenantId, sourceId: source.id, statedBy: author }, totals),
  );
  return totals;
}
