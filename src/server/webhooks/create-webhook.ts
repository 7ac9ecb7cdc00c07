import { uuidv7 } from "../../clock.ts";
import { type Actor, scopeOf } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import type { OutgoingPolicy } from "../outgoing/outgoing-policy.ts";
import { makeSecretsKey } from "../secrets/secrets-key.ts";
import { findAccount } from "../tenancy/find-account.ts";
import { auditedSettings, auditWebhook } from "./audit-webhook.ts";
import { findWebhook } from "./find-webhooks.ts";
import { webhooksTooMany } from "./problems.ts";
import { addSecret } from "./rotate-secret.ts";
import type { ListedSecret, Webhook } from "./webhook.ts";
import { newWebhookSecret, type WebhookSecret } from "./webhook-secret.ts";
import { readSettings, type WantedSettings } from "./webhook-settings.ts";
import { countWebhooks, insertWebhook } from "./webhook-store.ts";

/** Of one reseller or customer, or of the operator. */
const WEBHOOKS_MAX = 50;

export interface WantedWebhook extends WantedSettings {
  /** The code of the account of whose subtree it hears; null: the actor's own, or the whole tenant. */
  readonly account: string | null;
  /** What it signs with. */
  readonly signs: readonly ListedSecret["kind"][];
}

/** What secrets and addresses are judged and kept by. */
export interface WebhookSurroundings {
  readonly policy: OutgoingPolicy;
  readonly secretsKeyFile: string;
}

/** A webhook with its secrets in the clear: they are shown now, and never again. */
export interface CreatedWebhook {
  readonly webhook: Webhook;
  readonly secrets: readonly WebhookSecret[];
}

/**
 * Makes a webhook with a secret of each kind that it signs with.
 *
 * Errors: Problems `outgoing-url-refused`, `webhook-invalid`, `webhooks-too-many`, `account-unknown`,
 * `secrets-key-unusable`.
 */
export async function createWebhook(
  db: Database,
  actor: Actor,
  wanted: WantedWebhook,
  { policy, secretsKeyFile }: WebhookSurroundings,
): Promise<CreatedWebhook> {
  const settings = readSettings(wanted, policy);
  const key = await makeSecretsKey(secretsKeyFile);
  const { tenantId } = actor;
  const id = uuidv7();
  const secrets = [...new Set(wanted.signs)].map(newWebhookSecret);
  await db.transaction("app", scopeOf(actor), async (tx) => {
    const account = wanted.account === null ? null : await findAccount(tx, tenantId, wanted.account);
    const accountId = account?.id ?? actor.accountId;
    if ((await countWebhooks(tx, tenantId, accountId)) >= WEBHOOKS_MAX) throw webhooksTooMany({ most: WEBHOOKS_MAX });
    await insertWebhook(tx, { tenantId, id, accountId, ...settings, createdBy: actor.name });
    for (const secret of secrets) await addSecret(tx, key, { tenantId, webhookId: id }, secret);
    const after = { ...auditedSettings(settings), signs: secrets.map(({ kind }) => kind) };
    await auditWebhook(tx, actor, { id, url: settings.url }, { action: "created", before: null, after });
  });
  const { webhook } = await findWebhook(db, actor, id);
  return { webhook, secrets };
}
