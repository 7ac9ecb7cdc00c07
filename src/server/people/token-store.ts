import type { Tx } from "../db/tx.ts";
import type { User } from "./user.ts";

export type TokenPurpose = "invitation" | "password-reset";

/** Stores the token of a link; it takes the place of the one before. */
export async function saveUserToken(
  tx: Tx,
  { tenantId, accountId, id }: Pick<User, "tenantId" | "accountId" | "id">,
  token: { readonly purpose: TokenPurpose; readonly hash: Buffer; readonly lifeS: number },
): Promise<void> {
  await tx.query(
    `insert into user_tokens (tenant_id, account_id, user_id, purpose, hash, expires_at)
     values ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(secs => $6))
     on conflict (user_id, purpose) do update set hash = excluded.hash, expires_at = excluded.expires_at`,
    [tenantId, accountId, id, token.purpose, token.hash, token.lifeS],
  );
}

/** Whose token it is, in any tenant; undefined: nobody's, or too old. */
export async function findTokenOwner(
  tx: Tx,
  hash: Buffer,
): Promise<{ readonly tenantId: string; readonly userId: string } | undefined> {
  const { rows } = await tx.query<{ tenant_id: string; user_id: string }>(
    "select tenant_id, user_id from user_tokens where hash = $1 and expires_at > clock_timestamp()",
    [hash],
  );
  return rows[0] && { tenantId: rows[0].tenant_id, userId: rows[0].user_id };
}

/** Uses a token up: of two who do at once, one is answered true. */
export async function deleteUserToken(tx: Tx, hash: Buffer): Promise<boolean> {
  const { rowCount } = await tx.query("delete from user_tokens where hash = $1 and expires_at > clock_timestamp()", [
    hash,
  ]);
  return rowCount > 0;
}

export async function deleteUserTokens(tx: Tx, userId: string): Promise<void> {
  await tx.query("delete from user_tokens where user_id = $1", [userId]);
}
