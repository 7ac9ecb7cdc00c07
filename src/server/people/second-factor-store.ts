import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { SealedSecret } from "../secrets/sealed-secret.ts";
import type { SecondFactor } from "./shown-second-factor.ts";
import type { User } from "./user.ts";

/** With its secret, to check a code by. */
export interface StoredTotp extends SecondFactor {
  readonly sealed: SealedSecret;
}

interface Row {
  readonly id: string;
  readonly kind: "totp" | "webauthn";
  readonly name: string;
  readonly created_at: EpochMs;
  readonly confirmed_at: EpochMs | null;
  readonly last_used_at: EpochMs | null;
}

const factorOf = ({ id, kind, name, created_at, confirmed_at, last_used_at }: Row): SecondFactor => ({
  ...{ id, kind, name, createdAt: created_at, confirmedAt: confirmed_at, lastUsedAt: last_used_at },
});

/** Somebody's second factors, the oldest first. */
export async function listSecondFactors(tx: Tx, userId: string): Promise<readonly SecondFactor[]> {
  const { rows } = await tx.query<Row>(
    `select id, kind, name, created_at, confirmed_at, last_used_at from user_second_factors where user_id = $1
     order by created_at, id`,
    [userId],
  );
  return rows.map(factorOf);
}

/** Somebody's apps for codes, with their secrets. */
export async function readTotps(tx: Tx, userId: string): Promise<readonly StoredTotp[]> {
  const { rows } = await tx.query<Row & { readonly secret: Buffer; readonly key_id: string }>(
    `select id, kind, name, created_at, confirmed_at, last_used_at, secret, key_id from user_second_factors
     where user_id = $1 and kind = 'totp' order by created_at, id`,
    [userId],
  );
  return rows.map((row) => ({ ...factorOf(row), sealed: { keyId: row.key_id, octets: row.secret } }));
}

export async function insertTotp(
  tx: Tx,
  { tenantId, accountId, id: userId }: Pick<User, "tenantId" | "accountId" | "id">,
  { id, name, sealed }: { readonly id: string; readonly name: string; readonly sealed: SealedSecret },
): Promise<void> {
  await tx.query(
    `insert into user_second_factors (tenant_id, account_id, id, user_id, kind, name, secret, key_id)
     values ($1, $2, $3, $4, 'totp', $5, $6, $7)`,
    [tenantId, accountId, id, userId, name, Buffer.from(sealed.octets), sealed.keyId],
  );
}

/** Uses the code of a step up: false where that or a later one was taken before, by whichever process. */
export async function takeTotpStep(tx: Tx, id: string, step: number): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update user_second_factors set last_step = $2, last_used_at = clock_timestamp(),
       confirmed_at = coalesce(confirmed_at, clock_timestamp())
     where id = $1 and (last_step is null or last_step < $2)`,
    [id, step],
  );
  return rowCount > 0;
}

/** Removes second factors of somebody: one, all (`only` null), or those that never worked. Answers how many. */
export async function deleteSecondFactors(
  tx: Tx,
  userId: string,
  only: string | null,
  which: "all" | "unconfirmed" = "all",
): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from user_second_factors where user_id = $1 and ($2::uuid is null or id = $2)
       and ($3 = 'all' or confirmed_at is null)`,
    [userId, only, which],
  );
  return rowCount;
}

/** Gives somebody other recovery codes: those from before are good no more. */
export async function replaceRecoveryCodes(
  tx: Tx,
  { tenantId, accountId, id }: Pick<User, "tenantId" | "accountId" | "id">,
  hashes: readonly Buffer[],
): Promise<void> {
  await tx.query("delete from user_recovery_codes where user_id = $1", [id]);
  await tx.query(
    "insert into user_recovery_codes (tenant_id, account_id, user_id, hash) select $1, $2, $3, unnest($4::bytea[])",
    [tenantId, accountId, id, hashes],
  );
}

/** Uses a recovery code up; false: it is none, or was used. */
export async function takeRecoveryCode(tx: Tx, userId: string, hash: Buffer): Promise<boolean> {
  const { rowCount } = await tx.query("delete from user_recovery_codes where user_id = $1 and hash = $2", [
    userId,
    hash,
  ]);
  return rowCount > 0;
}

export async function countRecoveryCodes(tx: Tx, userId: string): Promise<number> {
  const { rows } = await tx.query<{ count: string }>(
    "select count(*) as count from user_recovery_codes where user_id = $1",
    [userId],
  );
  return Number(rows[0]?.count);
}
