import type { Actor } from "../access/actor.ts";
import { auditJson } from "../audit/audit-json.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { ReplayScope } from "./months-due.ts";
import { type ReplayReport, replayDue } from "./replay-due.ts";

/** {@link replayDue} for somebody who asks for it: what it did is written down. */
export async function replayAsked(
  db: Database,
  { accountIds }: Pick<ReplayScope, "accountIds">,
  actor: Actor,
): Promise<ReplayReport> {
  const { tenantId } = actor;
  const report = await replayDue(db, { tenantId, accountIds });
  const object = { kind: "months", id: null, name: "months in turn" };
  const after = auditJson({ accountIds, ...report });
  await db.transaction("app", { tenantId }, (tx) =>
    recordAudit(tx, actor, [{ action: "months.replayed", object, before: null, after, reason: null }]),
  );
  return report;
}
