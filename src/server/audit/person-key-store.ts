import type { Tx } from "../db/tx.ts";

/**
 * The public key of a person, who gets `fresh` ones if there are none yet; null: the person was erased. Works under
 * every role.
 */
export async function publicKeyOf(
  tx: Tx,
  { tenantId, person }: { readonly tenantId: string; readonly person: string },
  fresh: { readonly publicKey: Buffer; readonly privateKey: Buffer },
): Promise<Buffer | null> {
  const { rows } = await tx.query<{ key: Buffer | null }>("select person_public_key($1, $2, $3, $4) as key", [
    ...[tenantId, person, fresh.publicKey, fresh.privateKey],
  ]);
  return rows[0]?.key ?? null;
}

/** A person's keys as they are stored; of who was erased there are none. */
export interface StoredPersonKeys {
  readonly tenant_id: string;
  readonly person: string;
  readonly public_key: Buffer;
  readonly private_key: Buffer;
  /** Of the key that the private one is sealed under; null: not sealed yet. */
  readonly key_id: string | null;
}

/** The keys of persons of a tenant. */
export async function personKeys(
  tx: Tx,
  tenantId: string,
  persons: readonly string[],
): Promise<ReadonlyMap<string, StoredPersonKeys>> {
  const { rows } = await tx.query<StoredPersonKeys>(
    `select tenant_id, person, public_key, private_key, key_id from person_keys
     where tenant_id = $1 and person = any($2::text[]) and erased_at is null`,
    [tenantId, persons],
  );
  return new Map(rows.map((row) => [row.person, row]));
}

/** Private keys that are not sealed yet, some of them; no other process gets them. */
export async function takeUnsealedKeys(tx: Tx, limit: number): Promise<readonly StoredPersonKeys[]> {
  const { rows } = await tx.query<StoredPersonKeys>(
    `select tenant_id, person, public_key, private_key, key_id from person_keys
     where key_id is null and erased_at is null order by tenant_id, person limit $1 for update skip locked`,
    [limit],
  );
  return rows;
}

/** Stores a private key as it is sealed. */
export async function saveSealedKey(
  tx: Tx,
  { tenant_id, person }: Pick<StoredPersonKeys, "tenant_id" | "person">,
  { keyId, octets }: { readonly keyId: string; readonly octets: Uint8Array },
): Promise<void> {
  await tx.query("update person_keys set private_key = $3, key_id = $4 where tenant_id = $1 and person = $2", [
    ...[tenant_id, person, Buffer.from(octets), keyId],
  ]);
}

/** Takes a person's keys away for good; one who has none gets none either. */
export async function eraseKeys(tx: Tx, tenantId: string, person: string): Promise<void> {
  await tx.query(
    `insert into person_keys (tenant_id, person, erased_at) values ($1, $2, clock_timestamp())
     on conflict (tenant_id, person) do update
       set public_key = null, private_key = null, key_id = null,
         erased_at = coalesce(person_keys.erased_at, clock_timestamp())`,
    [tenantId, person],
  );
}
