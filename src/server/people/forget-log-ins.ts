import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import { deleteOldFailures } from "./failure-store.ts";
import { FAILURES_KEPT_S } from "./throttled-try.ts";
import { deleteSessionsOver } from "./user-session-store.ts";

const EVERY_MS = 3_600_000;

/** Removes sessions that are over and failures that count no more, hour by hour until `signal`. */
export async function forgetLogIns(
  db: Database,
  { failed, signal }: { readonly failed: (error: unknown) => void; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await forgetOnce(db).catch(failed);
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The same once. */
export const forgetOnce = (db: Database): Promise<void> =>
  db.transaction("ingest", {}, async (tx) => {
    await deleteSessionsOver(tx);
    await deleteOldFailures(tx, FAILURES_KEPT_S);
  });
