import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../../clock.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { type AlarmChanges, checkAllAlarms } from "./check-alarms.ts";

/** Tells what checks find. */
export interface AlarmsReport {
  changed(changes: AlarmChanges): void;
  failed(error: unknown): void;
}

/** Time from one check to the next. */
const CHECK_MS = 300_000;

/** Checks all tenants again and again until `signal`; a check that fails is told of, and tried again. */
export async function watchAlarms(
  db: Database,
  report: AlarmsReport,
  { signal, checkMs = CHECK_MS }: { readonly signal: AbortSignal; readonly checkMs?: number },
): Promise<void> {
  while (!signal.aborted) {
    await checkAllAlarms(db, fromInstant(now())).then(
      (changes) => report.changed(changes),
      (error: unknown) => report.failed(error),
    );
    await sleep(checkMs, undefined, { signal }).catch(() => undefined);
  }
}
