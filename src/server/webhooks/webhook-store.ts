import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { EventKind } from "../events/event.ts";
import type { SealedSecret } from "../secrets/sealed-secret.ts";
import type { DisabledReason, ListedSecret, Webhook } from "./webhook.ts";

interface WebhookRow {
  readonly id: string;
  readonly account_id: string | null;
  readonly code: string | null;
  readonly url: string;
  readonly description: string;
  readonly kinds: readonly EventKind[];
  readonly disabled_reason: DisabledReason | null;
  readonly disabled_at: EpochMs | null;
  readonly failures: number;
  readonly failing_since: EpochMs | null;
  readonly created_by: string;
  readonly created_at: EpochMs;
}

const COLUMNS = `w.id, w.account_id, (select a.code from accounts a where a.id = w.account_id) as code, w.url,
  w.description, w.kinds, w.disabled_reason, w.disabled_at, w.failures, w.failing_since, w.created_by, w.created_at`;

const webhookOf = (row: WebhookRow): Webhook => ({
  id: row.id,
  accountId: row.account_id,
  account: row.code,
  url: row.url,
  description: row.description,
  kinds: row.kinds,
  disabled:
    row.disabled_reason === null || row.disabled_at === null
      ? null
      : { reason: row.disabled_reason, at: row.disabled_at },
  failures: row.failures,
  failingSince: row.failing_since,
  createdBy: row.created_by,
  createdAt: row.created_at,
});

/** Which webhook; null where the transaction sees none. */
export interface WebhookId {
  readonly tenantId: string;
  readonly id: string;
}

/** What a new webhook consists of. */
export type NewWebhook = WebhookId & Pick<Webhook, "accountId" | "url" | "description" | "kinds" | "createdBy">;

export async function insertWebhook(tx: Tx, webhook: NewWebhook): Promise<void> {
  await tx.query(
    `insert into webhooks (tenant_id, id, account_id, url, description, kinds, created_by)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      ...[webhook.tenantId, webhook.id, webhook.accountId, webhook.url, webhook.description, webhook.kinds],
      webhook.createdBy,
    ],
  );
}

/** How many there are of one account, or of the operator. */
export async function countWebhooks(tx: Tx, tenantId: string, accountId: string | null): Promise<number> {
  const { rows } = await tx.query<{ webhooks: string }>(
    "select count(*) as webhooks from webhooks where tenant_id = $1 and account_id is not distinct from $2",
    [tenantId, accountId],
  );
  return Number(rows[0]?.webhooks);
}

/** Those whose ids follow `after`, in the order in which they were made. */
export async function listWebhooks(
  tx: Tx,
  tenantId: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<readonly Webhook[]> {
  const { rows } = await tx.query<WebhookRow>(
    `select ${COLUMNS} from webhooks w where w.tenant_id = $1 and ($2::uuid is null or w.id > $2)
     order by w.id limit $3`,
    [tenantId, after, limit],
  );
  return rows.map(webhookOf);
}

export async function readWebhook(tx: Tx, { tenantId, id }: WebhookId): Promise<Webhook | undefined> {
  const { rows } = await tx.query<WebhookRow>(
    `select ${COLUMNS} from webhooks w where w.tenant_id = $1 and w.id = $2`,
    [...[tenantId, id]],
  );
  return rows[0] && webhookOf(rows[0]);
}

/** The webhook, and its lock: whoever changes it, or adds or ends deliveries of it, holds that. */
export async function lockWebhook(tx: Tx, { tenantId, id }: WebhookId): Promise<Webhook | undefined> {
  const { rows } = await tx.query<WebhookRow>(
    `select ${COLUMNS} from webhooks w where w.tenant_id = $1 and w.id = $2 for no key update`,
    [tenantId, id],
  );
  return rows[0] && webhookOf(rows[0]);
}

/** What may be changed of a webhook by those whose it is. */
export async function updateWebhook(
  tx: Tx,
  { tenantId, id, url, description, kinds }: WebhookId & Pick<Webhook, "url" | "description" | "kinds">,
): Promise<void> {
  await tx.query("update webhooks set url = $3, description = $4, kinds = $5 where tenant_id = $1 and id = $2", [
    ...[tenantId, id, url, description, kinds],
  ]);
}

/** Turns it on again; its failures are forgotten. */
export async function setEnabled(tx: Tx, { tenantId, id }: WebhookId): Promise<void> {
  await tx.query(
    `update webhooks set disabled_reason = null, disabled_at = null, failures = 0, failing_since = null
     where tenant_id = $1 and id = $2`,
    [tenantId, id],
  );
}

/** Turns it off: what waits for it is given up, and can be replayed when it is on again. */
export async function setDisabled(
  tx: Tx,
  { tenantId, id }: WebhookId,
  { reason, at }: { readonly reason: DisabledReason; readonly at: EpochMs },
): Promise<void> {
  await tx.query("update webhooks set disabled_reason = $3, disabled_at = $4 where tenant_id = $1 and id = $2", [
    ...[tenantId, id, reason, timestampToSql(at)],
  ]);
  await tx.query(
    `update webhook_deliveries set state = 'given-up', ended_at = $3, what = 'The webhook was disabled.'
     where tenant_id = $1 and webhook_id = $2 and state = 'waiting'`,
    [tenantId, id, timestampToSql(at)],
  );
}

export async function deleteWebhook(tx: Tx, { tenantId, id }: WebhookId): Promise<void> {
  await tx.query("delete from webhooks where tenant_id = $1 and id = $2", [tenantId, id]);
}

/** A secret that is to be stored. */
export interface NewSecret extends Pick<ListedSecret, "id" | "kind" | "publicKey"> {
  readonly tenantId: string;
  readonly webhookId: string;
  readonly sealed: SealedSecret;
}

export async function insertSecret(tx: Tx, secret: NewSecret): Promise<void> {
  await tx.query(
    `insert into webhook_secrets (tenant_id, id, webhook_id, kind, sealed, key_id, public_key)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      ...[secret.tenantId, secret.id, secret.webhookId, secret.kind],
      ...[secret.sealed.octets, secret.sealed.keyId, secret.publicKey],
    ],
  );
}

/** Those that are good at `at`, the newest first. */
export async function listSecrets(tx: Tx, { tenantId, id }: WebhookId, at: EpochMs): Promise<readonly ListedSecret[]> {
  const { rows } = await tx.query<{
    readonly id: string;
    readonly kind: ListedSecret["kind"];
    readonly public_key: string | null;
    readonly created_at: EpochMs;
    readonly expires_at: EpochMs | null;
  }>(
    `select id, kind, public_key, created_at, expires_at from webhook_secrets
     where tenant_id = $1 and webhook_id = $2 and (expires_at is null or expires_at > $3) order by id desc`,
    [tenantId, id, timestampToSql(at)],
  );
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    publicKey: row.public_key,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }));
}

/**
 * Lets the secrets of a kind end then. Those that an earlier replacement lets end are gone at once: nobody signs with
 * more than two of a kind.
 */
export async function endSecrets(
  tx: Tx,
  { tenantId, id, kind }: WebhookId & Pick<ListedSecret, "kind">,
  end: EpochMs,
): Promise<void> {
  await tx.query(
    "delete from webhook_secrets where tenant_id = $1 and webhook_id = $2 and kind = $3 and expires_at is not null",
    [tenantId, id, kind],
  );
  await tx.query("update webhook_secrets set expires_at = $4 where tenant_id = $1 and webhook_id = $2 and kind = $3", [
    tenantId,
    id,
    kind,
    timestampToSql(end),
  ]);
}
