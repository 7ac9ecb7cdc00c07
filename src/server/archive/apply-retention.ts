import type { RetentionSetup } from "../tenancy/setup-schema.ts";
import { noteChange, noteRemoval, type SetupWork } from "../tenancy/setup-work.ts";
import { loadPolicy, type RetentionPolicy, savePolicy } from "./retention-store.ts";

/** Sets how long the tenant keeps its calls; `null` in the setup takes the policy away, nothing leaves it as it is. */
export async function applyRetention(work: SetupWork, setup: RetentionSetup | null | undefined): Promise<void> {
  if (setup === undefined) return;
  const before = await loadPolicy(work.tx, work.tenantId);
  const name = "calls";
  if (setup === null) {
    if (before === null) return;
    noteRemoval(work, { kind: "retention", name }, before);
    if (!work.dryRun && !work.faults.any) await savePolicy(work.tx, work.tenantId, null);
    return;
  }
  const policy: RetentionPolicy = { onlineMonths: setup.onlineMonths, archiveMonths: setup.archiveMonths ?? null };
  if (noteChange(work, { kind: "retention", name }, before ?? undefined, policy))
    await savePolicy(work.tx, work.tenantId, policy);
}
