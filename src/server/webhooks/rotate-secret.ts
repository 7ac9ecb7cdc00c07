import { uuidv7 } from "../../clock.ts";
import { epochMs } from "../../core/time/epoch.ts";
import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { makeSecretsKey, type SecretsKey } from "../secrets/secrets-key.ts";
import { auditWebhook } from "./audit-webhook.ts";
import { sealWebhookSecret } from "./sealed-webhook-secret.ts";
import type { ListedSecret } from "./webhook.ts";
import { withWebhook } from "./webhook-access.ts";
import { databaseClock } from "./webhook-clock.ts";
import { newWebhookSecret, type WebhookSecret } from "./webhook-secret.ts";
import { endSecrets, insertSecret } from "./webhook-store.ts";

export interface Rotation {
  readonly webhookId: string;
  readonly kind: ListedSecret["kind"];
  /** Seconds for which messages are signed with the old secret as well; 0: it has leaked, and ends now. */
  readonly overlapS: number;
}

const SECOND_MS = 1_000;

/**
 * Gives a webhook another secret, or its first of this kind, and answers it: it is shown now, and never again. Until
 * the overlap is over, messages carry a signature by each.
 *
 * Errors: Problems `webhook-unknown`, `secrets-key-unusable`.
 */
export async function rotateSecret(
  db: Database,
  actor: Actor,
  { webhookId: id, kind, overlapS }: Rotation,
  secretsKeyFile: string,
): Promise<WebhookSecret> {
  const key = await makeSecretsKey(secretsKeyFile);
  const secret = newWebhookSecret(kind);
  const { tenantId } = actor;
  await withWebhook(db, actor, id, async (tx, webhook) => {
    await endSecrets(tx, { tenantId, id, kind }, epochMs((await databaseClock(tx)) + overlapS * SECOND_MS));
    await addSecret(tx, key, { tenantId, webhookId: id }, secret);
    await auditWebhook(tx, actor, webhook, { action: "secret-rotated", before: null, after: { kind, overlapS } });
  });
  return secret;
}

/** Stores a new secret of a webhook, sealed. */
export async function addSecret(
  tx: Tx,
  key: SecretsKey,
  webhook: { readonly tenantId: string; readonly webhookId: string },
  { kind, text, publicKey }: WebhookSecret,
): Promise<void> {
  const owner = { ...webhook, id: uuidv7() };
  await insertSecret(tx, { ...owner, kind, publicKey, sealed: sealWebhookSecret(key, text, owner) });
}
