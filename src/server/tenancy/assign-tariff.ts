import type { EpochMs } from "../../core/time/epoch.ts";
import type { Actor } from "../access/actor.ts";
import { auditJson } from "../audit/audit-json.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { findTariffToBuy } from "../tariff/find-tariffs.ts";
import { findAccount } from "./find-account.ts";
import { listTariffAssignments, saveTariffAssignment } from "./store.ts";

export interface TariffToAssign {
  readonly tenantId: string;
  readonly accountCode: string;
  readonly tariffName: string;
  /** Calls answered from then on. */
  readonly effectiveFrom: EpochMs;
  /** Only says whether something would change. */
  readonly dryRun: boolean;
  readonly actor: Actor;
}

/**
 * Lets an account buy at a tariff from a time on, until the next assignment of one for the same service. Answers false
 * when it does already.
 *
 * @throws Problem `account-unknown`, `tariff-unknown`.
 */
export async function assignTariff(db: Database, wanted: TariffToAssign): Promise<boolean> {
  const { tenantId, effectiveFrom, dryRun, actor } = wanted;
  return await db.transaction("app", { tenantId }, async (tx) => {
    const account = await findAccount(tx, tenantId, wanted.accountCode);
    const { id: tariffId, service } = await findTariffToBuy(tx, tenantId, wanted.tariffName);
    const present = (await listTariffAssignments(tx, tenantId)).find(
      (one) => one.accountId === account.id && one.service === service && one.effectiveFrom === effectiveFrom,
    );
    if (present?.tariffId === tariffId) return false;
    if (dryRun) return true;
    await saveTariffAssignment(tx, tenantId, { accountId: account.id, service, tariffId, effectiveFrom });
    await recordAudit(tx, actor, [
      {
        action: present === undefined ? "assignment.created" : "assignment.changed",
        object: { kind: "assignment", id: null, name: `${wanted.accountCode}: ${wanted.tariffName}` },
        before: auditJson(present),
        after: auditJson({ accountId: account.id, service, tariffId, effectiveFrom }),
        reason: null,
        accountId: account.id,
      },
    ]);
    return true;
  });
}
