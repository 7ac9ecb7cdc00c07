import type { Database } from "../db/database.ts";
import { steadySnapshot } from "../db/steady-snapshot.ts";
import { type BillingScope, openOrder } from "./billing-scope.ts";
import { type Draft, draftInvoices } from "./draft-invoices.ts";
import { groupsOfBooks } from "./groups-of-books.ts";
import { missingSpend } from "./missing-spend.ts";

/**
 * What a run would bill now, account by account, in order of their codes; with `openPeriods`, a period that is not over
 * yet is shown as far as it has come. Nothing is locked, numbered or written: each group of books is read as it was at
 * one moment.
 *
 * @throws Problem `account-unknown`, `period-not-over`.
 */
export async function previewInvoices(
  db: Database,
  scope: BillingScope & { readonly openPeriods: boolean },
): Promise<readonly Draft[]> {
  const { order, accounts } = await openOrder(db, scope, scope);
  const drafts: Draft[] = [];
  for (const group of groupsOfBooks(accounts)) {
    const ofGroup = await db.bulk("app", { tenantId: scope.tenantId }, async (tx) => {
      await steadySnapshot(tx);
      return await draftInvoices(tx, order, group, await missingSpend(tx, order, group));
    });
    drafts.push(...ofGroup);
  }
  return drafts;
}
