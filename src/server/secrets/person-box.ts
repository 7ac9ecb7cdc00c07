import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from "node:crypto";

/**
 * A person's keys, 32 octets each: whoever has the public one can write for them, whoever has the private one can read.
 */
export interface PersonKeys {
  readonly publicKey: Buffer;
  readonly privateKey: Buffer;
}

const CIPHER = "aes-256-gcm";
const KEY_OCTETS = 32;
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;

export function makePersonKeys(): PersonKeys {
  const { x = "", d = "" } = generateKeyPairSync("x25519").privateKey.export({ format: "jwk" });
  return { publicKey: Buffer.from(x, "base64url"), privateKey: Buffer.from(d, "base64url") };
}

/**
 * Seals a text for the holder of a private key: X25519 (RFC 7748) with a key that is used once, HKDF-SHA-256 (RFC
 * 5869), AES-256-GCM; `boundTo` is whose it is and where it stands. No secret is needed to write. Once the private key
 * is gone nobody reads it.
 */
export function sealForPerson(publicKey: Buffer, text: string, boundTo: readonly string[]): Buffer {
  const once = makePersonKeys();
  const { key, nonce } = sharedKey({ ...once, peer: publicKey }, Buffer.concat([once.publicKey, publicKey]));
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_OCTETS }).setAAD(ownerOctets(boundTo));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([once.publicKey, cipher.getAuthTag(), sealed]);
}

/** The text that was sealed; null: it was sealed for somebody else, or elsewhere, or was changed. */
export function openForPerson(keys: PersonKeys, sealed: Buffer, boundTo: readonly string[]): string | null {
  const [peer, tag] = [sealed.subarray(0, KEY_OCTETS), sealed.subarray(KEY_OCTETS, KEY_OCTETS + TAG_OCTETS)];
  if (tag.length < TAG_OCTETS) return null;
  try {
    const { key, nonce } = sharedKey({ ...keys, peer }, Buffer.concat([peer, keys.publicKey]));
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_OCTETS })
      .setAAD(ownerOctets(boundTo))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed.subarray(KEY_OCTETS + TAG_OCTETS)), decipher.final()]).toString(
      "utf8",
    );
  } catch {
    return null;
  }
}

function sharedKey({ publicKey, privateKey, peer }: PersonKeys & { readonly peer: Buffer }, salt: Buffer) {
  const own = { kty: "OKP", crv: "X25519", x: publicKey.toString("base64url"), d: privateKey.toString("base64url") };
  const other = { kty: "OKP", crv: "X25519", x: peer.toString("base64url") };
  const secret = diffieHellman({
    privateKey: createPrivateKey({ key: own, format: "jwk" }),
    publicKey: createPublicKey({ key: other, format: "jwk" }),
  });
  const octets = Buffer.from(hkdfSync("sha256", secret, salt, "tollwright person box", KEY_OCTETS + NONCE_OCTETS));
  return { key: octets.subarray(0, KEY_OCTETS), nonce: octets.subarray(KEY_OCTETS) };
}

const ownerOctets = (boundTo: readonly string[]): Buffer => Buffer.from(JSON.stringify(boundTo), "utf8");
