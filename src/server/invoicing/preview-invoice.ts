import { findAwaitingReplay } from "../allowance/months-due.ts";
import type { Database } from "../db/database.ts";
import { steadySnapshot } from "../db/steady-snapshot.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { type BillingScope, isBilledFrom, openOrder } from "./billing-scope.ts";
import { type Draft, draftInvoices, type ParkedAccount } from "./draft-invoices.ts";
import { groupsOfBooks } from "./groups-of-books.ts";
import { missingSpend } from "./missing-spend.ts";

/**
 * What a run would bill now, account by account, in order of their codes; with `openPeriods`, a period that is not over
 * yet is shown as far as it has come. Nothing is locked, numbered or written: each group of books is read as it was at
 * one moment. A run replays first what waits for it; whose charges do is parked here, because what they will come to is
 * not known.
 *
 * @throws Problem `account-unknown`, `period-not-over`.
 */
export async function previewInvoices(
  db: Database,
  scope: BillingScope & { readonly openPeriods: boolean },
): Promise<readonly Draft[]> {
  const { order, accounts } = await openOrder(db, scope, scope);
  const { tenantId } = scope;
  const accountIds = accounts.map(({ id }) => id);
  const awaiting = await db.transaction("app", { tenantId }, (tx) => findAwaitingReplay(tx, { tenantId, accountIds }));
  const isAwaited = (account: StoredAccount) => isBilledFrom(order, account, awaiting.get(account.id));
  const drafts: Draft[] = [];
  for (const group of groupsOfBooks(accounts)) {
    const ready = group.filter((account) => !isAwaited(account));
    const ofGroup = await db.bulk("app", { tenantId }, async (tx) => {
      await steadySnapshot(tx);
      return await draftInvoices(tx, order, ready, await missingSpend(tx, order, ready));
    });
    drafts.push(...ofGroup, ...group.filter(isAwaited).map(parkedUntilReplayed));
  }
  return drafts;
}

const parkedUntilReplayed = (account: StoredAccount): ParkedAccount => ({
  kind: "parked",
  account,
  what: "Calls came out of their turn, or a package was changed: a bill run prices those months again first.",
  fix: `Run \`tollwright account replay --account ${account.code}\`, and preview again.`,
});
