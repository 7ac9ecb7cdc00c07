import type { Tx } from "../db/tx.ts";

/** A request that was answered: the same one is answered the same again. */
export interface AnsweredRequest {
  readonly fingerprint: string;
  readonly status: number;
  /** Null: the answer had no body. */
  readonly body: unknown;
}

/** Whose key it is: two callers may use the same one. */
export interface IdempotencyKey {
  readonly tenantId: string;
  readonly caller: string;
  readonly key: string;
}

/**
 * Whether nobody else works on a request of this key; if so, nobody will until `tx` ends, however it ends. A lock and
 * no row: the second of two at once is told so, and does not wait for the first.
 */
export async function claimKey(tx: Tx, { tenantId, caller, key }: IdempotencyKey): Promise<boolean> {
  const { rows } = await tx.query<{ claimed: boolean }>(
    "select pg_try_advisory_xact_lock(hashtextextended($1, 1)) as claimed",
    [`${tenantId} ${caller} ${key}`],
  );
  return rows[0]?.claimed === true;
}

export async function findAnswered(
  tx: Tx,
  { tenantId, caller, key }: IdempotencyKey,
): Promise<AnsweredRequest | undefined> {
  const { rows } = await tx.query<AnsweredRequest>(
    `select fingerprint, status, body from idempotent_requests
     where tenant_id = $1 and caller = $2 and idempotency_key = $3`,
    [tenantId, caller, key],
  );
  return rows[0];
}

/** Keeps an answer, and forgets a few that are older than a week: no more of them are made than are removed. */
export async function keepAnswer(
  tx: Tx,
  { tenantId, caller, key }: IdempotencyKey,
  { fingerprint, status, body }: AnsweredRequest,
): Promise<void> {
  await tx.query(
    `insert into idempotent_requests (tenant_id, caller, idempotency_key, fingerprint, status, body)
     values ($1, $2, $3, $4, $5, $6)`,
    [tenantId, caller, key, fingerprint, status, body == null ? null : JSON.stringify(body)],
  );
  await tx.query(
    `delete from idempotent_requests where (tenant_id, caller, idempotency_key) in (
       select tenant_id, caller, idempotency_key from idempotent_requests
       where tenant_id = $1 and answered_at < now() - interval '7 days'
       order by answered_at limit 3 for update skip locked)`,
    [tenantId],
  );
}
