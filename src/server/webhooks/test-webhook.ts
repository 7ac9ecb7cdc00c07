import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import { recordEvents } from "../events/record-events.ts";
import { auditWebhook } from "./audit-webhook.ts";
import { requireEnabled } from "./replay-deliveries.ts";
import { withWebhook } from "./webhook-access.ts";

/**
 * Has a message of the kind `webhook-test` sent to a webhook, the way that every other goes; answers its id.
 *
 * Errors: Problems `webhook-unknown`, `webhook-invalid` where the webhook is off.
 */
export async function testWebhook(db: Database, actor: Actor, id: string): Promise<string> {
  return await withWebhook(db, actor, id, async (tx, webhook) => {
    requireEnabled(webhook);
    const { accountId } = webhook;
    const [eventId] = await recordEvents(tx, actor.tenantId, [
      { kind: "webhook-test", accountId, objectId: id, data: { by: actor.name } },
    ]);
    await auditWebhook(tx, actor, webhook, { action: "tested", before: null, after: null });
    return eventId as string;
  });
}
