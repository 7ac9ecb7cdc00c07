import type { Tx } from "../db/tx.ts";

/** The source that a push is for. */
export interface PushedSource {
  readonly tenantId: string;
  readonly sourceId: string;
}

export async function insertPushToken(
  tx: Tx,
  { tenantId, sourceId }: PushedSource,
  token: { readonly hash: Buffer; readonly createdBy: string },
): Promise<void> {
  await tx.query("insert into push_tokens (tenant_id, source_id, token_hash, created_by) values ($1, $2, $3, $4)", [
    ...[tenantId, sourceId, token.hash, token.createdBy],
  ]);
}

/** Revokes all tokens of a source; answers how many there were. */
export async function revokePushTokens(tx: Tx, sourceId: string): Promise<number> {
  const { rowCount } = await tx.query(
    "update push_tokens set revoked_at = now() where source_id = $1 and revoked_at is null",
    [sourceId],
  );
  return rowCount;
}

/** The source of that name which the token opens. Names are unique in a tenant only; the token says in which. */
export async function findPushedSource(
  tx: Tx,
  { name, hash }: { readonly name: string; readonly hash: Buffer },
): Promise<PushedSource | undefined> {
  const { rows } = await tx.prepared<{ tenant_id: string; source_id: string }>(
    "push-token",
    `select t.tenant_id, t.source_id from push_tokens t join sources s on s.id = t.source_id
     where t.token_hash = $1 and t.revoked_at is null and s.name = $2`,
    [hash, name],
  );
  const [row] = rows;
  return row && { tenantId: row.tenant_id, sourceId: row.source_id };
}
