import { type Actor, scopeOf } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { webhookUnknown } from "./problems.ts";
import type { Webhook } from "./webhook.ts";
import { lockWebhook } from "./webhook-store.ts";

/**
 * Works on a webhook that the actor sees, while it is locked. Errors: Problem `webhook-unknown`; those of `work`.
 */
export async function withWebhook<T>(
  db: Database,
  actor: Actor,
  id: string,
  work: (tx: Tx, webhook: Webhook) => Promise<T>,
): Promise<T> {
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    const webhook = await lockWebhook(tx, { tenantId: actor.tenantId, id });
    if (webhook === undefined) throw webhookUnknown({ id });
    return await work(tx, webhook);
  });
}
