import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
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
  readonly actor: Actor;
}

/**
 * Stores what a switch says it has counted; what was said of the same period and trunk before is replaced. Answers what
 * was read. Errors: Problems `source-unknown`, `totals-invalid`; nothing is stored then.
 */
export async function importTotals(db: Database, request: TotalsRequest): Promise<readonly StatedTotals[]> {
  const { tenantId, text, countedBy, actor } = request;
  const source = await findSourceNamed(db, tenantId, request.source);
  const totals = readTotals(text, { zone: source.config.timeZone, countedBy });
  await db.transaction("app", { tenantId }, async (tx) => {
    await saveTotals(tx, { tenantId, sourceId: source.id, statedBy: actor.name }, totals);
    const object = { kind: "source", id: source.id, name: source.name };
    const after = { totals: totals.length };
    await recordAudit(tx, actor, [{ action: "totals.imported", object, before: null, after, reason: null }]);
  });
  return totals;
}
