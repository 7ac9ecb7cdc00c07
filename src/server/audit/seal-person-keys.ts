import type { Database } from "../db/database.ts";
import { personKeyOwner } from "../secrets/sealed-columns.ts";
import { openSecret, sealSecret } from "../secrets/sealed-secret.ts";
import type { SecretsKey } from "../secrets/secrets-key.ts";
import { type StoredPersonKeys, saveSealedKey, takeUnsealedKeys } from "./person-key-store.ts";

const KEYS_MAX = 500;

/** Seals the private keys of people that were made since; answers how many. */
export async function sealPersonKeys(db: Database, key: SecretsKey): Promise<number> {
  let sealed = 0;
  let taken: number;
  do {
    taken = await db.transaction("ingest", {}, async (tx) => {
      const rows = await takeUnsealedKeys(tx, KEYS_MAX);
      for (const row of rows) {
        const text = row.private_key.toString("base64");
        await saveSealedKey(tx, row, sealSecret(key, text, personKeyOwner(row.tenant_id, row.person)));
      }
      return rows.length;
    });
    sealed += taken;
  } while (taken === KEYS_MAX);
  return sealed;
}

/** A person's private key. Errors: Problem `secret-sealed-otherwise`. */
export function privateKeyOf(row: StoredPersonKeys, key: SecretsKey | undefined): Buffer | null {
  const { tenant_id, person, private_key, key_id } = row;
  if (key_id === null) return private_key;
  if (key === undefined) return null;
  const boundTo = personKeyOwner(tenant_id, person);
  const text = openSecret(key, { keyId: key_id, octets: private_key }, { boundTo, what: `key of person ${person}` });
  return Buffer.from(text, "base64");
}
