import { type Actor, scopeOf } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import { webhookUnknown } from "./problems.ts";
import type { ListedSecret, Webhook } from "./webhook.ts";
import { databaseClock } from "./webhook-clock.ts";
import { listSecrets, listWebhooks, readWebhook } from "./webhook-store.ts";

/** Webhooks that somebody sees, in the order in which they were made, behind the one of the id `after`. */
export const findWebhooks = (
  db: Database,
  actor: Actor,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly Webhook[]> => db.transaction("app", scopeOf(actor), (tx) => listWebhooks(tx, actor.tenantId, page));

/** One of them, and what it signs with. Errors: Problem `webhook-unknown`. */
export async function findWebhook(
  db: Database,
  actor: Actor,
  id: string,
): Promise<{ readonly webhook: Webhook; readonly secrets: readonly ListedSecret[] }> {
  const { tenantId } = actor;
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    const webhook = await readWebhook(tx, { tenantId, id });
    if (webhook === undefined) throw webhookUnknown({ id });
    return { webhook, secrets: await listSecrets(tx, { tenantId, id }, await databaseClock(tx)) };
  });
}
