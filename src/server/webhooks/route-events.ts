import type { Database } from "../db/database.ts";
import { insertDeliveries, lockRouting, lockWebhooks, matchWebhooks, numberEvents } from "./route-store.ts";
import type { WebhookClock } from "./webhook-clock.ts";

/** Events of one transaction; after a full one the next follows at once. */
export const ROUTED_MAX = 500;

/**
 * Numbers events that have happened since, and makes a delivery for each webhook that wants one; answers how many
 * events. Does nothing while another process does.
 */
export async function routeEvents(db: Database, clock: WebhookClock): Promise<number> {
  return await db.transaction("ingest", {}, async (tx) => {
    if (!(await lockRouting(tx))) return 0;
    const at = await clock(tx);
    const events = await numberEvents(tx, at, ROUTED_MAX);
    const wanted = events.length === 0 ? [] : await matchWebhooks(tx, events);
    if (wanted.length === 0) return events.length;
    const locked = await lockWebhooks(tx, [...new Set(wanted.map(({ webhookId }) => webhookId))]);
    await insertDeliveries(
      tx,
      wanted.filter(({ webhookId }) => locked.has(webhookId)),
      at,
    );
    return events.length;
  });
}
