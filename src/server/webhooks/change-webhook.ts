import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import type { OutgoingPolicy } from "../outgoing/outgoing-policy.ts";
import { auditedSettings, auditWebhook } from "./audit-webhook.ts";
import { findWebhook } from "./find-webhooks.ts";
import type { Webhook } from "./webhook.ts";
import { withWebhook } from "./webhook-access.ts";
import { databaseClock } from "./webhook-clock.ts";
import { readSettings, type WantedSettings } from "./webhook-settings.ts";
import { deleteWebhook, setDisabled, setEnabled, updateWebhook } from "./webhook-store.ts";

/** What somebody wants to be otherwise; what is left out stays. */
export interface WebhookChange extends Partial<WantedSettings> {
  readonly enabled?: boolean;
}

/**
 * Changes a webhook. Turned off, it gives up what waits for it; turned on again, it hears of what happens from then on,
 * and of the rest by a replay.
 *
 * Errors: Problems `webhook-unknown`, `outgoing-url-refused`, `webhook-invalid`.
 */
export async function changeWebhook(
  db: Database,
  actor: Actor,
  { id, ...change }: WebhookChange & { readonly id: string },
  policy: OutgoingPolicy,
): Promise<Webhook> {
  const { tenantId } = actor;
  await withWebhook(db, actor, id, async (tx, webhook) => {
    const { enabled, ...settings } = change;
    if (Object.keys(settings).length > 0) {
      const { url, description, kinds } = webhook;
      const wanted = readSettings({ url, description, kinds, ...settings }, policy);
      await updateWebhook(tx, { tenantId, id, ...wanted });
      const [before, after] = [auditedSettings(webhook), auditedSettings(wanted)];
      await auditWebhook(tx, actor, webhook, { action: "changed", before, after });
    }
    const isEnabled = webhook.disabled === null;
    if (enabled === undefined || enabled === isEnabled) return;
    if (enabled) await setEnabled(tx, { tenantId, id });
    else await setDisabled(tx, { tenantId, id }, { reason: "asked", at: await databaseClock(tx) });
    const action = enabled ? "enabled" : "disabled";
    await auditWebhook(tx, actor, webhook, { action, before: { enabled: isEnabled }, after: { enabled } });
  });
  return (await findWebhook(db, actor, id)).webhook;
}

/** Removes a webhook with its secrets and its log. Errors: Problem `webhook-unknown`. */
export async function removeWebhook(db: Database, actor: Actor, id: string): Promise<void> {
  const { tenantId } = actor;
  await withWebhook(db, actor, id, async (tx, webhook) => {
    await deleteWebhook(tx, { tenantId, id });
    await auditWebhook(tx, actor, webhook, { action: "deleted", before: auditedSettings(webhook), after: null });
  });
}
