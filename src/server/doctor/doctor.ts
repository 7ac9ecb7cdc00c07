import type { AuditHead } from "../audit/seal.ts";
import type { Database } from "../db/database.ts";
import { steadySnapshot } from "../db/steady-snapshot.ts";
import type { BulkTx } from "../db/tx.ts";
import { type CheckResult, runCheck } from "./check.ts";
import { auditHolds } from "./checks/audit-holds.ts";
import {
  endedSessionsHoldNothing,
  holdsAreSums,
  scopeHoldsAreSums,
  unitHoldsAreSums,
  usedIsSum,
} from "./checks/charging-checks.ts";
import { commissionsArePosted, paymentsArePosted } from "./checks/commission-checks.ts";
import { hoursAreInFiles } from "./checks/completeness-checks.ts";
import { chargesAreBilledOnce, invoiceNumbers, invoicesAddUp, invoicesArePosted } from "./checks/invoice-checks.ts";
import { tablesAreIsolated } from "./checks/isolation-check.ts";
import { ledgerAgrees } from "./checks/ledger-agrees.ts";
import {
  balancesAreSums,
  costIsAccrued,
  journalNumbers,
  journalsBalance,
  postingsHaveJournals,
  vendorsArePosted,
} from "./checks/ledger-checks.ts";
import { treeIsWhole } from "./checks/tree-check.ts";
import {
  chargesAreBooked,
  chargesHaveEvents,
  eventsHaveIdentities,
  filesAddUp,
  identitiesHaveEvents,
  reversalsMirror,
  surchargesAddUp,
} from "./checks/usage-checks.ts";
import { loadOutstanding, type Outstanding } from "./outstanding.ts";

/** In the order in which money comes about: records, charges, ledger, invoices. */
const CHECKS = [
  filesAddUp,
  hoursAreInFiles,
  identitiesHaveEvents,
  eventsHaveIdentities,
  chargesHaveEvents,
  reversalsMirror,
  surchargesAddUp,
  chargesAreBooked,
  journalsBalance,
  postingsHaveJournals,
  journalNumbers,
  balancesAreSums,
  costIsAccrued,
  vendorsArePosted,
  treeIsWhole,
  holdsAreSums,
  unitHoldsAreSums,
  scopeHoldsAreSums,
  usedIsSum,
  endedSessionsHoldNothing,
  invoicesAddUp,
  invoicesArePosted,
  invoiceNumbers,
  paymentsArePosted,
  commissionsArePosted,
  chargesAreBilledOnce,
  tablesAreIsolated,
].map((check) => (tx: BulkTx) => runCheck(tx, check));

export interface Examination {
  readonly checks: readonly CheckResult[];
  readonly outstanding: Outstanding;
}

/**
 * Proves that the books of all tenants are right, as they were at one moment: what must be equal is compared to the
 * nano, while the work goes on. Changes nothing. `kept`: heads of the audit that were kept elsewhere.
 */
export async function runDoctor(
  db: Database,
  onProgress?: (done: number, total: number) => void,
  kept: readonly AuditHead[] = [],
): Promise<Examination> {
  return await db.bulk("owner", {}, async (tx) => {
    await steadySnapshot(tx);
    return await examine(tx, onProgress, kept);
  });
}

/** {@link runDoctor} on what `tx` sees; it needs a role that sees everything. */
export async function examine(
  tx: BulkTx,
  onProgress?: (done: number, total: number) => void,
  kept: readonly AuditHead[] = [],
): Promise<Examination> {
  // Whole tables are compared; a nested loop, which the planner takes for tables without statistics, would never end.
  await tx.query("set local enable_nestloop = off");
  const all = [...CHECKS, ledgerAgrees, auditHolds(kept)];
  const checks: CheckResult[] = [];
  for (const check of all) {
    checks.push(await check(tx));
    onProgress?.(checks.length, all.length);
  }
  return { checks, outstanding: await loadOutstanding(tx) };
}
