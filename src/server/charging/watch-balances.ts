import { setTimeout as sleep } from "node:timers/promises";
import { invariant } from "../../core/invariant.ts";
import type { Database } from "../db/database.ts";
import { recordEvents } from "../events/record-events.ts";
import { findCrossed, lockBalanceLook } from "./balance-store.ts";
import { lowBalances } from "./balance-warnings.ts";
import { loadFunds, lockHolds, saveHolds } from "./hold-store.ts";

/** Time from one look to the next; one that takes long is made less often. */
const EVERY_MS = 5_000;
const PAUSES = 20;
/** Accounts of one look; more wait for the next, which follows at once. */
const ACCOUNTS_MAX = 1_000;

/**
 * Looks again and again, until `signal`, for balances that crossed a threshold without a call that asked: by records,
 * invoices, payments or settings. A look that fails is told of, and tried again.
 */
export async function watchBalances(
  db: Database,
  { failed, signal }: { readonly failed: (error: unknown) => void; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const beganMs = performance.now();
    const looked = await lookAtBalances(db).catch((error: unknown) => {
      failed(error);
      return 0;
    });
    const pauseMs = looked === ACCOUNTS_MAX ? 0 : Math.max(EVERY_MS, (performance.now() - beganMs) * PAUSES);
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Warns of balances that fell below a threshold, and arms those again that rose; answers how many accounts that were.
 * Does nothing while another process looks.
 */
export async function lookAtBalances(db: Database): Promise<number> {
  return await db.transaction("ingest", {}, async (tx) => {
    if (!(await lockBalanceLook(tx))) return 0;
    const crossed = await findCrossed(tx, ACCOUNTS_MAX);
    const holds = await lockHolds(tx, crossed);
    const funds = await loadFunds(
      tx,
      crossed.map(({ bookId, accountId, account: { currency } }) => ({ bookId, accountId, currency })),
    );
    for (const [tenantId, ofTenant] of Map.groupBy(crossed, (one) => one.tenantId)) {
      const events = ofTenant.flatMap(({ accountId, account, thresholds }) => {
        const hold = holds.get(accountId);
        invariant(hold, `the hold of account ${accountId} is locked before it is warned`);
        return lowBalances({ account, thresholds, funds: funds.get(accountId), hold });
      });
      await recordEvents(tx, tenantId, events);
    }
    await saveHolds(tx, holds.values());
    return crossed.length;
  });
}
