import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import type { ListedSecret } from "./webhook.ts";

/** Something to sign messages with. */
export interface WebhookSecret {
  readonly kind: ListedSecret["kind"];
  /** `whsec_…` or, of ed25519, `whsk_…`: the text that is sealed. Source: Standard Webhooks. */
  readonly text: string;
  /** `whpk_…`; null: receivers verify with the text itself. */
  readonly publicKey: string | null;
}

/** Standard Webhooks asks for 24 to 64. */
const SECRET_OCTETS = 32;
const HMAC_PREFIX = "whsec_";
const PRIVATE_PREFIX = "whsk_";
const PUBLIC_PREFIX = "whpk_";
/** What stands before the 32 octets of an ed25519 key in PKCS #8 and SubjectPublicKeyInfo (RFC 8410 §7, §4). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI_OCTETS = 12;

export function newWebhookSecret(kind: ListedSecret["kind"]): WebhookSecret {
  if (kind === "hmac")
    return { kind, text: HMAC_PREFIX + randomBytes(SECRET_OCTETS).toString("base64"), publicKey: null };
  const { privateKey } = generateKeyPairSync("ed25519");
  const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(PKCS8_HEAD.length);
  const octets = publicOctets(privateKey);
  return {
    kind,
    // Seed and public key together, as libsodium has a secret key.
    text: PRIVATE_PREFIX + Buffer.concat([seed, octets]).toString("base64"),
    publicKey: PUBLIC_PREFIX + octets.toString("base64"),
  };
}

/** What is signed of a message. */
export interface SignedMessage {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestampS: number;
  readonly body: string;
}

/** One signature, as the header has it: `v1,…` by HMAC-SHA256 or `v1a,…` by ed25519. Source: Standard Webhooks. */
export function signMessage(
  { id, timestampS, body }: SignedMessage,
  secret: Pick<WebhookSecret, "kind" | "text">,
): string {
  const signed = Buffer.from(`${id}.${timestampS}.${body}`, "utf8");
  if (secret.kind === "hmac") {
    const key = Buffer.from(secret.text.slice(HMAC_PREFIX.length), "base64");
    return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  }
  return `v1a,${sign(null, signed, privateKeyOf(secret.text)).toString("base64")}`;
}

function privateKeyOf(text: string): KeyObject {
  const seed = Buffer.from(text.slice(PRIVATE_PREFIX.length), "base64").subarray(0, 32);
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: "der", type: "pkcs8" });
}

const publicOctets = (privateKey: KeyObject): Buffer =>
  createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(SPKI_OCTETS);
