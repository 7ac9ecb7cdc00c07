import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../../clock.ts";
import { systemActor } from "../access/system-actor.ts";
import type { Database } from "../db/database.ts";
import { listPolicies } from "./retention-store.ts";
import { type RetentionReport, runRetention } from "./run-retention.ts";

/** Tells what policies did. */
export interface RetentionWatch {
  done(tenant: string, report: RetentionReport): void;
  failed(error: unknown): void;
}

const DAY_MS = 86_400_000;

/** Applies the policies of all tenants once a day until `signal`; one that fails is told of, and tried again. */
export async function watchRetention(
  db: Database,
  watch: RetentionWatch,
  { archiveDir, signal }: { readonly archiveDir: string; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const tenants = await db.transaction("owner", {}, listPolicies).catch((error: unknown) => {
      watch.failed(error);
      return [];
    });
    for (const tenant of tenants) {
      if (signal.aborted) return;
      const run = {
        tenant,
        archiveDir,
        actor: systemActor("retention", tenant.id),
        now: now(),
        leaveQuarantine: false,
        dryRun: false,
      };
      await runRetention(db, run).then(
        (report) => watch.done(tenant.name, report),
        (error: unknown) => watch.failed(error),
      );
    }
    await sleep(DAY_MS, undefined, { signal }).catch(() => undefined);
  }
}
