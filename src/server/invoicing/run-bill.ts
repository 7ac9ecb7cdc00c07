import { uuidv7 } from "../../clock.ts";
import { InvariantBroken } from "../../core/invariant.ts";
import { Problem } from "../../core/problem.ts";
import type { Actor } from "../access/actor.ts";
import { replayDue } from "../allowance/replay-due.ts";
import { auditJson } from "../audit/audit-json.ts";
import { type AuditEntry, recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { recordEvents } from "../events/record-events.ts";
import { accrueVendors } from "../ledger/accrue-vendors.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { traced } from "../tracing/traced.ts";
import { type BilledAccount, type BillOutcome, billBooks } from "./bill-books.ts";
import { type BillingOrder, type BillingScope, openOrder } from "./billing-scope.ts";
import { type ParkedAccount, parked } from "./draft-invoices.ts";
import { groupsOfBooks } from "./groups-of-books.ts";

export interface BillRun extends BillingScope {
  readonly actor: Actor;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface BillReport {
  readonly billed: readonly BilledAccount[];
  /** Accounts without anything to bill. */
  readonly nothing: number;
  readonly parked: readonly ParkedAccount[];
  /** Journals that brought the vendors' own books up to date. */
  readonly vendorPostings: number;
}

/**
 * Bills every account of the scope for its period, in order of their codes. A second run finds nothing to bill; of two
 * runs at once, one waits for the other, book by book. An account that cannot be billed is parked. A run that is broken
 * off keeps the invoices it has committed, and the next one makes the rest. Prices that depend on the calls before are
 * settled first, so that a bill has none that are provisional. At the end, what vendors have earned is
 * posted to their books.
 *
 * @throws Problem `account-unknown`, `period-not-over` when no account's period is over.
 */
export async function runBill(db: Database, run: BillRun): Promise<BillReport> {
  return await traced("bill.run", {}, async (span) => {
    const report = await billAll(db, run);
    const { billed, parked, nothing } = report;
    span.setAttributes({ "tollwright.billed": billed.length, "tollwright.parked": parked.length });
    span.setAttribute("tollwright.nothing", nothing);
    return report;
  });
}

async function billAll(db: Database, run: BillRun): Promise<BillReport> {
  const { order, accounts } = await openOrder(db, run, { openPeriods: false });
  await replayDue(db, { tenantId: run.tenantId, accountIds: accounts.map(({ id }) => id) });
  const billed: BilledAccount[] = [];
  const parkedAccounts: ParkedAccount[] = [];
  let nothing = 0;
  for (const group of groupsOfBooks(accounts)) {
    const outcomes = await billGroup(db, order, run.actor, group);
    for (const outcome of outcomes) {
      if (outcome.kind === "billed") billed.push(outcome);
      else if (outcome.kind === "parked") parkedAccounts.push(outcome);
      else nothing += 1;
    }
    run.onProgress?.(billed.length + parkedAccounts.length + nothing, accounts.length);
  }
  const { posted } = await accrueVendors(db, { tenantId: run.tenantId, actor: run.actor });
  const data = { invoices: billed.length, nothing, parked: parkedAccounts.length, by: run.actor.name };
  await db.transaction("app", { tenantId: run.tenantId }, (tx) =>
    recordEvents(tx, run.tenantId, [{ kind: "bill-run-finished", accountId: null, objectId: uuidv7(), data }]),
  );
  return { billed, nothing, parked: parkedAccounts, vendorPostings: posted };
}

/**
 * Bills accounts in one transaction. When something about one of them makes it impossible, each book is billed by
 * itself, and in a book where it happens again each account, so that only the one that is broken is parked.
 */
async function billGroup(
  db: Database,
  order: BillingOrder,
  actor: Actor,
  accounts: readonly StoredAccount[],
): Promise<readonly BillOutcome[]> {
  const tenantId = order.tenant.id;
  try {
    return await db.bulk("app", { tenantId }, async (tx) => {
      const outcomes = await billBooks(tx, order, actor.name, accounts);
      const issued = outcomes.flatMap((outcome) => (outcome.kind === "billed" ? [entryOf(outcome)] : []));
      await recordAudit(tx, actor, issued);
      return outcomes;
    });
  } catch (error) {
    if (!isAboutTheData(error)) throw error;
    const [account] = accounts;
    if (accounts.length === 1 && account !== undefined) return [parked(account, error)];
    const outcomes: BillOutcome[] = [];
    for (const part of smallerGroups(accounts)) outcomes.push(...(await billGroup(db, order, actor, part)));
    return outcomes;
  }
}

/** The books of several, or the accounts of one. */
function smallerGroups(accounts: readonly StoredAccount[]): readonly (readonly StoredAccount[])[] {
  const books = [...Map.groupBy(accounts, ({ bookId }) => bookId).values()];
  return books.length > 1 ? books : accounts.map((account) => [account]);
}

/** SQLSTATE classes of a refused statement: data, integrity, rolled back, not available, limits of the program. */
const REFUSED = /^(22|23|40|54|55)/;

/**
 * A lost connection or a full disk concerns everybody and ends the run. What our own code or `Intl` throws, it throws
 * at one account's data.
 */
function isAboutTheData(error: unknown): boolean {
  if (error instanceof InvariantBroken || error instanceof RangeError || error instanceof TypeError) return true;
  if (error instanceof Problem) return error.status < 500;
  return error instanceof Error && "code" in error && REFUSED.test(String(error.code));
}

const entryOf = ({ account, number, invoice }: BilledAccount): AuditEntry => ({
  action: `${invoice.kind}.issued`,
  object: { kind: "invoice", id: null, name: number },
  before: null,
  after: auditJson({ account: account.code, total: invoice.total, currency: invoice.currency }),
  reason: null,
  accountId: account.id,
});
