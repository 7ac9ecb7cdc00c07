import type { Tx } from "../db/tx.ts";
import type { User } from "./user.ts";

/** A security key or a passkey of somebody's. */
export interface StoredAuthenticator {
  readonly factorId: string;
  /** In base64url, as the authenticator names it. */
  readonly credentialId: string;
  /** COSE */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** Of its signatures; 0: it does not count them. */
  readonly counter: number;
  readonly transports: readonly string[];
}

/** What a browser is asked to have signed, and by keys of which host. */
export interface Challenge {
  readonly challenge: string;
  readonly rpId: string;
}

export type ChallengePurpose = "registration" | "authentication";

const MINUTES = 5;

/** Somebody's authenticators that are good for a host. */
export async function listAuthenticators(
  tx: Tx,
  userId: string,
  rpId: string,
): Promise<readonly StoredAuthenticator[]> {
  const { rows } = await tx.query<{
    factor_id: string;
    credential_id: string;
    public_key: Buffer;
    counter: string;
    transports: readonly string[];
  }>(
    `select factor_id, credential_id, public_key, counter, transports from user_authenticators
     where user_id = $1 and rp_id = $2 order by factor_id limit 100`,
    [userId, rpId],
  );
  return rows.map((row) => ({
    ...{ factorId: row.factor_id, credentialId: row.credential_id, publicKey: new Uint8Array(row.public_key) },
    ...{ counter: Number(row.counter), transports: row.transports },
  }));
}

/** Stores one that has shown that it works. Errors: a unique violation when the user has it already. */
export async function insertAuthenticator(
  tx: Tx,
  { tenantId, accountId, id: userId }: Pick<User, "id" | "tenantId" | "accountId">,
  {
    factorId,
    credentialId,
    publicKey,
    counter,
    transports,
    rpId,
    name,
  }: StoredAuthenticator & {
    readonly name: string;
    readonly rpId: string;
  },
): Promise<void> {
  await tx.query(
    `insert into user_second_factors (tenant_id, account_id, id, user_id, kind, name, confirmed_at)
     values ($1, $2, $3, $4, 'webauthn', $5, clock_timestamp())`,
    [tenantId, accountId, factorId, userId, name],
  );
  await tx.query(
    `insert into user_authenticators (tenant_id, account_id, factor_id, user_id, credential_id, public_key, counter,
       transports, rp_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [...[tenantId, accountId, factorId, userId, credentialId, Buffer.from(publicKey), counter, transports, rpId]],
  );
}

/**
 * Moves the count of signatures on: false where it went back meanwhile, which tells of a copy. Of those that do not
 * count it stays 0.
 */
export async function takeCounter(tx: Tx, factorId: string, counter: number): Promise<boolean> {
  const { rowCount } = await tx.query(
    "update user_authenticators set counter = $2 where factor_id = $1 and (counter < $2 or counter = 0 and $2 = 0)",
    [factorId, counter],
  );
  await tx.query("update user_second_factors set last_used_at = clock_timestamp() where id = $1", [factorId]);
  return rowCount > 0;
}

/** Keeps what is asked; what was asked before for this purpose is good no more. */
export async function saveChallenge(
  tx: Tx,
  { tenantId, accountId, id: userId }: Pick<User, "id" | "tenantId" | "accountId">,
  { purpose, challenge, rpId }: Challenge & { readonly purpose: ChallengePurpose },
): Promise<void> {
  await tx.query(
    `insert into webauthn_challenges (tenant_id, account_id, user_id, purpose, challenge, rp_id, expires_at)
     values ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(mins => $7))
     on conflict (user_id, purpose) do update set challenge = excluded.challenge, rp_id = excluded.rp_id,
       expires_at = excluded.expires_at`,
    [tenantId, accountId, userId, purpose, challenge, rpId, MINUTES],
  );
}

/** What was asked, once. */
export async function takeChallenge(tx: Tx, userId: string, purpose: ChallengePurpose): Promise<Challenge | undefined> {
  const { rows } = await tx.query<{ challenge: string; rp_id: string; is_good: boolean }>(
    `delete from webauthn_challenges where user_id = $1 and purpose = $2
     returning challenge, rp_id, expires_at > clock_timestamp() as is_good`,
    [userId, purpose],
  );
  const [found] = rows;
  return found?.is_good ? { challenge: found.challenge, rpId: found.rp_id } : undefined;
}
