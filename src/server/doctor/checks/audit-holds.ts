import type { AuditHead } from "../../audit/seal.ts";
import { verifyAudit } from "../../audit/verify-audit.ts";
import type { BulkTx } from "../../db/tx.ts";
import type { CheckResult } from "../check.ts";

const FIRST = 5;

/** The audit: every entry and seal is what was written, and no chain ends before a head that was kept elsewhere. */
export const auditHolds =
  (kept: readonly AuditHead[]) =>
  async (tx: BulkTx): Promise<CheckResult> => {
    const { entries, faults } = await verifyAudit(tx, kept);
    return {
      name: "audit",
      holds: "Every entry of the audit and every seal is as it was written, and stands where it stood.",
      ...{ ok: faults.length === 0, looked: entries, differences: faults.length },
      first: faults.slice(0, FIRST),
    };
  };
