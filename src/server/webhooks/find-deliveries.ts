import { type Actor, scopeOf } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import type { Delivery, ListedTry } from "./delivery.ts";
import { type DeliveryFilter, listDeliveries, listTries, readDelivery } from "./delivery-store.ts";
import { deliveryUnknown, webhookUnknown } from "./problems.ts";
import { readWebhook } from "./webhook-store.ts";

/** Deliveries of a webhook, the latest first. Errors: Problem `webhook-unknown`. */
export async function findDeliveries(
  db: Database,
  actor: Actor,
  { webhookId: id, ...filter }: DeliveryFilter & { readonly webhookId: string },
): Promise<readonly Delivery[]> {
  const { tenantId } = actor;
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    if ((await readWebhook(tx, { tenantId, id })) === undefined) throw webhookUnknown({ id });
    return await listDeliveries(tx, { tenantId, id }, filter);
  });
}

/**
 * One delivery, by its id or its event's, with what was tried. Errors: Problems `webhook-unknown`, `delivery-unknown`.
 */
export async function findDelivery(
  db: Database,
  actor: Actor,
  { webhookId: id, deliveryId }: { readonly webhookId: string; readonly deliveryId: string },
): Promise<{ readonly delivery: Delivery; readonly tries: readonly ListedTry[] }> {
  const { tenantId } = actor;
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    if ((await readWebhook(tx, { tenantId, id })) === undefined) throw webhookUnknown({ id });
    const delivery = await readDelivery(tx, { tenantId, id }, deliveryId);
    if (delivery === undefined) throw deliveryUnknown({ id: deliveryId });
    return { delivery, tries: await listTries(tx, delivery.id) };
  });
}
