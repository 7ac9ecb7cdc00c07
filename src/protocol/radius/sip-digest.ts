import type { Digests } from "./digests.ts";
import { equalOctets, hexOf, utf8 } from "./octets.ts";

/** What a SIP client put into its Authorization header, as the proxy hands it on; "" for what it left out. */
export interface SipDigest {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  /** Hexadecimal digits: 32, of SHA-256 64. */
  readonly response: string;
  readonly algorithm: string;
  readonly qop: string;
  readonly nonceCount: string;
  readonly cnonce: string;
  /** The body's own digest, for the quality of protection `auth-int`. */
  readonly bodyHash: string;
}

/** What we know of a SIP user: the password, or MD5(username:realm:password) in hexadecimal digits. */
export type SipSecret =
  | { readonly kind: "password"; readonly password: string }
  | { readonly kind: "ha1"; readonly ha1: string };

export type DigestVerdict =
  | "accepted"
  | "wrong"
  | "digest-incomplete"
  | "algorithm-unsupported"
  | "qop-unsupported"
  /** It needs the password itself; we only have its digest by MD5. */
  | "password-not-stored";

/** RFC 8760 §2.1; "" is MD5. `-sess` begins with both nonces. */
const ALGORITHM = /^(?:(md5|sha-256)(-sess)?)?$/;

/**
 * Whether the user who made a digest knows the secret. Algorithms MD5 and SHA-256, each with `-sess`; quality of
 * protection none (RFC 2069), `auth` and `auth-int`. The proxy that made the nonce answers for its age.
 * Source: RFC 7616 §3.4, RFC 8760; vectors: test/vectors/radius/digest.txt.
 */
export function verifySipDigest(digest: SipDigest, secret: SipSecret, digests: Digests): DigestVerdict {
  const { username, nonce, method, uri, response } = digest;
  if ([username, nonce, method, uri, response].includes("")) return "digest-incomplete";
  const algorithm = ALGORITHM.exec(digest.algorithm.toLowerCase());
  if (algorithm === null) return "algorithm-unsupported";
  const [, name = "md5", session] = algorithm;
  const qop = digest.qop.toLowerCase();
  if (qop !== "" && qop !== "auth" && qop !== "auth-int") return "qop-unsupported";
  const needed = [
    ...(qop === "" ? [] : [digest.nonceCount, digest.cnonce]),
    ...(qop === "auth-int" ? [digest.bodyHash] : []),
    ...(session === undefined ? [] : [digest.cnonce]),
  ];
  if (needed.includes("")) return "digest-incomplete";
  if (secret.kind === "ha1" && name !== "md5") return "password-not-stored";

  const hashed = (...parts: readonly string[]): string => {
    const octets = utf8(parts.join(":"));
    return hexOf(name === "md5" ? digests.md5(octets) : digests.sha256(octets));
  };
  const long = secret.kind === "ha1" ? secret.ha1.toLowerCase() : hashed(username, digest.realm, secret.password);
  const ha1 = session === undefined ? long : hashed(long, nonce, digest.cnonce);
  const ha2 = qop === "auth-int" ? hashed(method, uri, digest.bodyHash) : hashed(method, uri);
  const protection = qop === "" ? [] : [digest.nonceCount, digest.cnonce, digest.qop];
  const expected = hashed(ha1, nonce, ...protection, ha2);
  return equalOctets(utf8(expected), utf8(response.toLowerCase())) ? "accepted" : "wrong";
}
