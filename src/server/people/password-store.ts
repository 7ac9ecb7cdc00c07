import type { Tx } from "../db/tx.ts";
import type { User } from "./user.ts";

/** The hash of somebody's password; null: none was set. */
export async function readPasswordHash(tx: Tx, userId: string): Promise<string | null> {
  const { rows } = await tx.query<{ hash: string }>("select hash from user_passwords where user_id = $1", [userId]);
  return rows[0]?.hash ?? null;
}

export async function savePasswordHash(
  tx: Tx,
  { tenantId, accountId, id }: Pick<User, "tenantId" | "accountId" | "id">,
  hash: string,
): Promise<void> {
  await tx.query(
    `insert into user_passwords (tenant_id, account_id, user_id, hash) values ($1, $2, $3, $4)
     on conflict (user_id) do update set hash = excluded.hash, changed_at = clock_timestamp()`,
    [tenantId, accountId, id, hash],
  );
}

/** The same password at another cost: it was not changed. */
export async function replacePasswordHash(tx: Tx, userId: string, hashes: { from: string; to: string }): Promise<void> {
  await tx.query("update user_passwords set hash = $3 where user_id = $1 and hash = $2", [
    ...[userId, hashes.from, hashes.to],
  ]);
}
