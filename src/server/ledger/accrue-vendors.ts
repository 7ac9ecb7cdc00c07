import { postVendorCost } from "../../core/ledger/post-vendor-cost.ts";
import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { rehearse } from "../db/rehearse.ts";
import type { BulkTx, Tx } from "../db/tx.ts";
import {
  countUnpostedDays,
  loadNewPositions,
  loadVendorBooks,
  saveAccruals,
  savePositions,
  unpostedCost,
} from "./accrual-store.ts";
import { insertJournals, lockBooks } from "./post-journals.ts";

const PAGE_ROWS = 5_000;

export interface Accrual {
  readonly tenantId: string;
  readonly actor: Actor;
  readonly dryRun?: boolean;
}

export interface AccrualReport {
  /** Journals written: one per vendor, day, payer's book and currency whose cost had changed. */
  readonly posted: number;
}

/**
 * Posts what vendors have earned to their own books: what the cost charges of each day add up to, less what was posted
 * of them before. No day is ever closed, so late and corrected calls are caught whenever they come, and a second run
 * posts nothing. Days without a call in a journal since the last run are left alone, so that a run costs what is new
 * and not what is old. The vendors' books are locked meanwhile; imports, which post to the payers' books, go on.
 */
export async function accrueVendors(
  db: Database,
  { tenantId, actor, dryRun = false }: Accrual,
): Promise<AccrualReport> {
  const transact = (work: (tx: BulkTx) => Promise<AccrualReport>) => db.bulk("app", { tenantId }, work);
  return await rehearse(dryRun, transact, async (tx) => {
    const books = await lockBooks(tx, await loadVendorBooks(tx));
    if (books.size === 0) return { posted: 0 };
    const positions = await loadNewPositions(tx);
    let posted = 0;
    for await (const days of unpostedCost(tx, PAGE_ROWS)) {
      const entries = days.flatMap((day) => {
        const journal = postVendorCost(day);
        if (journal === null) return [];
        const memo = `Calls of ${day.usageDate}`;
        return [{ journal, batchId: null, firstAnsweredAt: null, memo, bookedBy: actor.name }];
      });
      await insertJournals(tx, books, entries);
      await saveAccruals(tx, tenantId, days);
      posted += entries.length;
    }
    await savePositions(tx, tenantId, positions);
    const object = { kind: "vendors", id: null, name: "vendors" };
    const entry = { action: "vendors.accrued", object, before: null, after: { journals: posted }, reason: null };
    if (posted > 0) await recordAudit(tx, actor, [entry]);
    return { posted };
  });
}

/** How many days of cost wait to be posted, each of one vendor, payer's book and currency. */
export const countUnpostedCost = (tx: Tx): Promise<number> => countUnpostedDays(tx);
