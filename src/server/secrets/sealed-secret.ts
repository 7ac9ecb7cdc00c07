import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { secretSealedOtherwise } from "./problems.ts";
import type { SecretsKey } from "./secrets-key.ts";

/** A secret as it is stored. */
export interface SealedSecret {
  /** Of the key that it is sealed under. */
  readonly keyId: string;
  /** Nonce, tag and ciphertext. */
  readonly octets: Uint8Array;
}

const CIPHER = "aes-256-gcm";
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

/**
 * Seals a text by AES-256-GCM under a nonce of its own. `boundTo` says whose secret it is: it opens nowhere else, so
 * that nobody who may write to the table puts his own secret in another's place. Source: NIST SP 800-38D; random nonces
 * are good for 2^32 secrets of one key.
 */
export function sealSecret({ id, key }: SecretsKey, text: string, boundTo: readonly string[]): SealedSecret {
  const nonce = randomBytes(NONCE_OCTETS);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_OCTETS }).setAAD(ownerOctets(boundTo));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return { keyId: id, octets: Buffer.concat([nonce, cipher.getAuthTag(), sealed]) };
}

/**
 * The text that was sealed. `what` names it in a message. Errors: Problem `secret-sealed-otherwise`: a key
 * that the file does not have, another owner, or a changed row.
 */
export function openSecret(
  current: SecretsKey,
  { keyId, octets }: SealedSecret,
  { boundTo, what }: { readonly boundTo: readonly string[]; readonly what: string },
): string {
  const known = [current, ...(current.older ?? [])];
  const used = known.find(({ id }) => id === keyId);
  const present = known.map(({ id }) => id);
  if (used === undefined || octets.length < NONCE_OCTETS + TAG_OCTETS)
    throw secretSealedOtherwise({ what, keyId, present });
  const decipher = createDecipheriv(CIPHER, used.key, octets.subarray(0, NONCE_OCTETS), { authTagLength: TAG_OCTETS })
    .setAAD(ownerOctets(boundTo))
    .setAuthTag(octets.subarray(NONCE_OCTETS, NONCE_OCTETS + TAG_OCTETS));
  try {
    const text = decipher.update(octets.subarray(NONCE_OCTETS + TAG_OCTETS));
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    throw secretSealedOtherwise({ what, keyId, present });
  }
}

const ownerOctets = (boundTo: readonly string[]): Buffer => Buffer.from(JSON.stringify(boundTo), "utf8");
