import { invariant } from "../../core/invariant.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { Archive } from "./archive.ts";
import { withArchiveLock } from "./archive-lock.ts";
import { endArchives } from "./archive-store.ts";
import { clearLeftovers } from "./clear-leftovers.ts";
import { findArchives } from "./find-archives.ts";
import { monthsBefore, readMonth } from "./month.ts";
import { retentionUnset } from "./problems.ts";
import { deleteIdentities, loadPolicy } from "./retention-store.ts";
import { type ArchiveRun, firstToStay, type MonthOutcome, runArchive } from "./run-archive.ts";

/** What a policy did. */
export interface RetentionReport {
  readonly months: readonly MonthOutcome[];
  /** Parts that were deleted, or would be. */
  readonly deleted: readonly Archive[];
}

/**
 * Applies a tenant's policy: months that were in the database long enough move to the archive, and those that were
 * there long enough are deleted, with the identities of their calls. What stays of them is in `archive list --all`: who
 * deleted what and when, rows and sums.
 *
 * @throws Problem `retention-unset`, and those of {@link runArchive}.
 */
export async function runRetention(db: Database, run: Omit<ArchiveRun, "before">): Promise<RetentionReport> {
  const { tenant, now, dryRun } = run;
  const policy = await db.transaction("app", { tenantId: tenant.id }, (tx) => loadPolicy(tx, tenant.id));
  if (policy === null) throw retentionUnset();
  const before = firstToStay(now, policy.onlineMonths);
  const months = await runArchive(db, { ...run, before });
  if (policy.archiveMonths === null) return { months, deleted: [] };
  const kept = monthsBefore(before, policy.archiveMonths);
  const due = (await findArchives(db, tenant.id)).filter(
    ({ state, month }) => state === "archived" && month < kept.text,
  );
  if (!dryRun && due.length > 0) await withArchiveLock(db, () => deleteParts(db, run, due));
  return { months, deleted: due };
}

/** Month by month: the note and the identities in one transaction, then the files. */
async function deleteParts(
  db: Database,
  { tenant, archiveDir, actor }: Pick<ArchiveRun, "tenant" | "archiveDir" | "actor">,
  due: readonly Archive[],
): Promise<void> {
  for (const [month, parts] of Map.groupBy(due, (part) => part.month)) {
    await db.bulk("owner", {}, async (tx) => {
      const ids = parts.map(({ id }) => id);
      const ended = await endArchives(tx, { ids, state: "deleted", endedBy: actor.name });
      invariant(ended === parts.length, "nobody else ends parts while the archive is locked");
      await deleteIdentities(tx, { tenantId: tenant.id, month: readMonth(month) });
      const object = { kind: "archive", id: null, name: month };
      const before = { parts: parts.length };
      await recordAudit(tx, actor, [{ action: "archive.deleted", object, before, after: null, reason: null }]);
    });
    await clearLeftovers(db, { tenantId: tenant.id, archiveDir });
  }
}
