import { setTimeout as sleep } from "node:timers/promises";
import { epochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { forgetEnded } from "./outbox-store.ts";
import { ROUTED_MAX, routeEvents } from "./route-events.ts";
import { databaseClock } from "./webhook-clock.ts";
import { type DelivererOptions, WebhookDeliverer } from "./webhook-deliverer.ts";

/** From one look for events and due deliveries to the next. */
const LOOK_MS = 500;
/** From one look for deliveries to forget to the next; deliveries of one transaction. */
const FORGET_MS = 600_000;
const FORGOTTEN_MAX = 5_000;
const DAY_MS = 86_400_000;

/** Routes events and delivers them until `signal`, and then waits for what is under way. */
export async function watchWebhooks(
  db: Database,
  options: DelivererOptions,
  { logDays, signal }: { readonly logDays: number; readonly signal: AbortSignal },
): Promise<void> {
  const { report, clock = databaseClock } = options;
  const deliverer = new WebhookDeliverer(db, options);
  const failed = (error: unknown) => {
    report.failed(error);
    return 0;
  };
  await Promise.all([
    repeat(signal, async () => {
      const routed = await routeEvents(db, clock).catch(failed);
      const begun = await deliverer.look().catch(failed);
      // As soon as one has ended, what was behind it is due.
      if (begun > 0)
        await Promise.race([deliverer.ended(), sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)]);
      return routed === ROUTED_MAX || begun > 0 ? 0 : LOOK_MS;
    }),
    repeat(signal, async () => {
      const forgotten = await forgetDeliveries(db, { ...options, logDays }).catch(failed);
      return forgotten === FORGOTTEN_MAX ? 0 : FORGET_MS;
    }),
  ]);
  await deliverer.settled();
}

/** Forgets a part of the deliveries that ended more than so many days ago; answers how many. */
export async function forgetDeliveries(
  db: Database,
  { clock = databaseClock, logDays }: Pick<DelivererOptions, "clock"> & { readonly logDays: number },
): Promise<number> {
  return await db.transaction("ingest", {}, async (tx) =>
    forgetEnded(tx, epochMs((await clock(tx)) - logDays * DAY_MS), FORGOTTEN_MAX),
  );
}

async function repeat(signal: AbortSignal, once: () => Promise<number>): Promise<void> {
  while (!signal.aborted) await sleep(await once(), undefined, { signal }).catch(() => undefined);
}
