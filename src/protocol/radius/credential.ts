import type { Digests } from "./digests.ts";
import { revealPassword } from "./hidden-password.ts";
import { concat, equalOctets, textOf, utf8 } from "./octets.ts";
import { ATTRIBUTE, AUTHENTICATOR_OCTETS, type RadiusPacket } from "./packet.ts";
import type { PlainAttributes } from "./plain-attributes.ts";
import { type DigestVerdict, type SipDigest, type SipSecret, verifySipDigest } from "./sip-digest.ts";

/** How a request proves who its user is. */
export type Credential =
  /** It does not: the trunk's address has to do (RFC 2865 §5.6, Call-Check). */
  | { readonly kind: "none" }
  /** PAP. */
  | { readonly kind: "password"; readonly password: string }
  | {
      readonly kind: "chap";
      readonly identifier: number;
      readonly response: Uint8Array;
      readonly challenge: Uint8Array;
    }
  | { readonly kind: "digest"; readonly digest: SipDigest }
  | { readonly kind: "unreadable"; readonly reason: CredentialFault };

export type CredentialFault = "password-length" | "chap-length" | "several-credentials" | "eap-unsupported";

export type CredentialVerdict =
  | DigestVerdict
  | CredentialFault
  /** Nothing to verify. */
  | "none";

const CHAP_PASSWORD_OCTETS = 17;

interface Reading {
  readonly packet: RadiusPacket;
  readonly plain: PlainAttributes;
  readonly secret: Uint8Array;
  readonly digests: Digests;
}

/** Finds what an Access-Request proves its user by. A wrong secret shows only where it is verified. */
export function readCredential({ packet, plain, secret, digests }: Reading): Credential {
  const octetsOf = (wanted: number) => packet.attributes.find(({ type }) => type === wanted)?.value;
  const [password, chap] = [octetsOf(ATTRIBUTE.userPassword), octetsOf(ATTRIBUTE.chapPassword)];
  const digest = readDigest(plain);
  if (octetsOf(ATTRIBUTE.eapMessage) !== undefined) return { kind: "unreadable", reason: "eap-unsupported" };
  if (digest !== undefined) return { kind: "digest", digest };
  if (password !== undefined && chap !== undefined) return { kind: "unreadable", reason: "several-credentials" };
  if (password !== undefined) {
    const revealed = revealPassword(password, { secret, authenticator: packet.authenticator, digests });
    if (revealed === undefined) return { kind: "unreadable", reason: "password-length" };
    return { kind: "password", password: textOf(revealed) };
  }
  if (chap === undefined) return { kind: "none" };
  if (chap.length !== CHAP_PASSWORD_OCTETS) return { kind: "unreadable", reason: "chap-length" };
  const challenge = octetsOf(ATTRIBUTE.chapChallenge) ?? packet.authenticator;
  return { kind: "chap", identifier: chap[0] as number, response: chap.subarray(1), challenge };
}

/** Whether a user knows the secret that we have of it. */
export function verifyCredential(credential: Credential, secret: SipSecret, digests: Digests): CredentialVerdict {
  switch (credential.kind) {
    case "none":
      return "none";
    case "unreadable":
      return credential.reason;
    case "digest":
      return verifySipDigest(credential.digest, secret, digests);
    case "password":
      if (secret.kind === "ha1") return "password-not-stored";
      // Of one length, so that the time does not tell how long the password is.
      return equalOctets(digests.sha256(utf8(credential.password)), digests.sha256(utf8(secret.password)))
        ? "accepted"
        : "wrong";
    case "chap": {
      if (secret.kind === "ha1") return "password-not-stored";
      const { identifier, challenge, response } = credential;
      const expected = digests.md5(concat(Uint8Array.of(identifier), utf8(secret.password), challenge));
      return equalOctets(expected.subarray(0, AUTHENTICATOR_OCTETS), response) ? "accepted" : "wrong";
    }
    default:
      return credential satisfies never;
  }
}

/** The names are the same in both dialects of SIP digest: which numbers they have is the dictionary's affair. */
function readDigest(plain: PlainAttributes): SipDigest | undefined {
  const response = unquoted(plain.get("digest-response"));
  if (response === "") return undefined;
  return {
    response,
    username: unquoted(plain.get("digest-username")) || (plain.get("user-name") ?? ""),
    realm: unquoted(plain.get("digest-realm")),
    nonce: unquoted(plain.get("digest-nonce")),
    method: unquoted(plain.get("digest-method")),
    uri: unquoted(plain.get("digest-uri")),
    algorithm: unquoted(plain.get("digest-algorithm")),
    qop: unquoted(plain.get("digest-qop")),
    nonceCount: unquoted(plain.get("digest-nonce-count")),
    cnonce: unquoted(plain.get("digest-cnonce")),
    bodyHash: unquoted(plain.get("digest-entity-body-hash")),
  };
}

/** Some proxies hand on the quotes of the SIP header. */
const unquoted = (text = ""): string => (/^".*"$/s.test(text) ? text.slice(1, -1) : text);
