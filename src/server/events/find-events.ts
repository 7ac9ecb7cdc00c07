import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../../clock.ts";
import { epochMs, fromInstant, toInstant } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { requestInvalid } from "../http/problems.ts";
import { EVENT_KINDS, isEventKind, type StoredEvent } from "./event.ts";
import { type EventFilter, listEvents } from "./event-store.ts";

export interface EventSearch extends EventFilter {
  readonly tenantId: string;
}

/** Events of a tenant, the latest first. Errors: Problem `request-invalid` for a kind that there is not. */
export async function findEvents(db: Database, { tenantId, ...filter }: EventSearch): Promise<readonly StoredEvent[]> {
  const { kind } = filter;
  if (kind !== undefined && !isEventKind(kind))
    throw requestInvalid({ reason: `there is no event "${kind}"; there are ${EVENT_KINDS.join(", ")}` });
  return await db.transaction("app", { tenantId }, (tx) => listEvents(tx, tenantId, filter));
}

/** A transaction may commit so much later than its events say that they happened. */
const LATE_MS = 60_000;

/** Tells of events that are stored from now on, the oldest first, until `signal`. Errors: those of the database. */
export async function* followEvents(
  db: Database,
  search: Omit<EventSearch, "since">,
  { everyMs, signal }: { readonly everyMs: number; readonly signal: AbortSignal },
): AsyncGenerator<StoredEvent> {
  const look = (sinceMs: number) => findEvents(db, { ...search, since: epochMs(sinceMs) });
  let sinceMs = fromInstant(now()) - LATE_MS;
  let known = new Set((await look(sinceMs)).map(({ id }) => id));
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    const found = await look(sinceMs);
    yield* found.filter(({ id }) => !known.has(id)).toReversed();
    known = new Set(found.map(({ id }) => id));
    sinceMs = Math.max(sinceMs, fromInstant(now()) - LATE_MS);
  }
}

/** As programs see it. */
export const eventJson = ({ happenedAt, ...event }: StoredEvent) => ({
  ...event,
  happenedAt: toInstant(happenedAt).toString(),
});
