import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import type { StoredEvent } from "./event.ts";
import { takeUnlogged } from "./event-store.ts";

/** Writes events into a log. */
export interface EventsLog {
  happened(event: StoredEvent & { readonly tenantId: string }): void;
  failed(error: unknown): void;
}

const EVERY_MS = 1_000;
/** Events of one look; after a full one the next follows at once. */
const EVENTS_MAX = 500;

/** Logs every event once, whichever process it happened in, until `signal`. */
export async function logEvents(
  db: Database,
  log: EventsLog,
  { signal, everyMs = EVERY_MS }: { readonly signal: AbortSignal; readonly everyMs?: number },
): Promise<void> {
  while (!signal.aborted) {
    const count = await logOnce(db, log).catch((error: unknown) => {
      log.failed(error);
      return 0;
    });
    if (count < EVENTS_MAX) await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Logs what no process has; answers how many events. */
export async function logOnce(db: Database, log: Pick<EventsLog, "happened">): Promise<number> {
  const events = await db.transaction("ingest", {}, (tx) => takeUnlogged(tx, EVENTS_MAX));
  for (const event of events) log.happened(event);
  return events.length;
}
