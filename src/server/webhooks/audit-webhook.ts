import type { Actor } from "../access/actor.ts";
import { type AuditEntry, recordAudit } from "../audit/record-audit.ts";
import type { Tx } from "../db/tx.ts";
import { shownAddress, shownWebhook, type Webhook } from "./webhook.ts";
import type { WebhookSettings } from "./webhook-settings.ts";

type Change = Pick<AuditEntry, "before" | "after"> & {
  readonly action:
    | "created"
    | "changed"
    | "enabled"
    | "disabled"
    | "deleted"
    | "secret-rotated"
    | "replayed"
    | "tested";
};

/** Writes down what somebody did to a webhook: where money's news goes is a matter of security. */
export const auditWebhook = (
  tx: Tx,
  actor: Actor,
  webhook: Pick<Webhook, "id" | "url">,
  { action, before, after }: Change,
): Promise<void> =>
  recordAudit(tx, actor, [
    {
      action: `webhook.${action}`,
      object: { kind: "webhook", id: webhook.id, name: shownWebhook(webhook) },
      ...{ before, after, reason: null, isSecurity: true },
    },
  ]);

/** A webhook's settings, as the audit keeps them. */
export const auditedSettings = ({ url, description, kinds }: WebhookSettings) => ({
  ...{ url: shownAddress(url), description, kinds: [...kinds] },
});
