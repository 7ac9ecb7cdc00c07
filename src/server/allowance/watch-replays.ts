import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import { findTenants } from "../tenancy/find-tenant.ts";
import { type ReplayReport, replayDue } from "./replay-due.ts";

/** Tells what replays did. */
export interface ReplaysReport {
  replayed(tenant: string, report: ReplayReport): void;
  failed(tenant: string, error: unknown): void;
  tenantsFailed(error: unknown): void;
}

/** Time from one look to the next. */
const LOOK_MS = 300_000;

/**
 * Replays what is due for all tenants again and again until `signal`: calls that came out of their turn by a post, a
 * pull or a watched folder do not wait for the bill. A tenant whose replay fails is told of, and tried again.
 */
export async function watchReplays(
  db: Database,
  report: ReplaysReport,
  { signal, lookMs = LOOK_MS }: { readonly signal: AbortSignal; readonly lookMs?: number },
): Promise<void> {
  while (!signal.aborted) {
    const tenants = await findTenants(db).catch((error: unknown) => {
      report.tenantsFailed(error);
      return [];
    });
    for (const { id, name } of tenants)
      await replayDue(db, { tenantId: id, accountIds: null }).then(
        (done) => done.months > 0 && report.replayed(name, done),
        (error: unknown) => report.failed(name, error),
      );
    await sleep(lookMs, undefined, { signal }).catch(() => undefined);
  }
}
