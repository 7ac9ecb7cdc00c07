import type { EpochMs } from "../../core/time/epoch.ts";
import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { auditWebhook } from "./audit-webhook.ts";
import { findReplayable, type ReplayRange, readDelivery, replayDeliveries } from "./delivery-store.ts";
import { deliveryUnknown, webhookInvalid } from "./problems.ts";
import type { Webhook } from "./webhook.ts";
import { withWebhook } from "./webhook-access.ts";
import { databaseClock } from "./webhook-clock.ts";

/** Events of one replay: more are asked for again, from where it stopped. */
export const REPLAYED_MAX = 10_000;

/**
 * Has one event delivered again. Errors: Problems `webhook-unknown`, `delivery-unknown`, `webhook-invalid` where the
 * webhook is off.
 */
export async function replayOne(
  db: Database,
  actor: Actor,
  { webhookId: id, deliveryId }: { readonly webhookId: string; readonly deliveryId: string },
): Promise<void> {
  const { tenantId } = actor;
  await withWebhook(db, actor, id, async (tx, webhook) => {
    const delivery = await readDelivery(tx, { tenantId, id }, deliveryId);
    if (delivery === undefined) throw deliveryUnknown({ id: deliveryId });
    await replay(tx, actor, webhook, [delivery.eventId]);
  });
}

/**
 * Has events of a time delivered again, those that it never heard of among them; answers how many. As many as may be
 * are the first of more: `REPLAYED_MAX`. Errors: Problems `webhook-unknown`, `webhook-invalid` where the webhook is
 * off.
 */
export async function replayRange(
  db: Database,
  actor: Actor,
  { webhookId: id, since, until }: Omit<ReplayRange, "limit"> & { readonly webhookId: string },
): Promise<number> {
  const { tenantId } = actor;
  const range: { since: EpochMs; until: EpochMs | null } = { since, until };
  return await withWebhook(db, actor, id, async (tx, webhook) => {
    const events = await findReplayable(tx, { tenantId, id }, { ...range, limit: REPLAYED_MAX });
    await replay(tx, actor, webhook, events);
    return events.length;
  });
}

async function replay(tx: Tx, actor: Actor, webhook: Webhook, events: readonly string[]): Promise<void> {
  requireEnabled(webhook);
  if (events.length === 0) return;
  const { tenantId } = actor;
  await replayDeliveries(tx, { tenantId, id: webhook.id }, events, await databaseClock(tx));
  await auditWebhook(tx, actor, webhook, { action: "replayed", before: null, after: { events: events.length } });
}

/** Errors: Problem `webhook-invalid`: nothing is sent to a webhook that is off. */
export function requireEnabled({ disabled }: Webhook): void {
  if (disabled !== null)
    throw webhookInvalid({ fault: "The webhook is disabled: nothing is sent to it. Enable it first." });
}
