import type { Digests } from "./digests.ts";
import { equalOctets, hexOf, utf8 } from "./octets.ts";

/** What a SIP client put into its Authorization header, as the proxy hands it on; "" for what it left out. */
export interface SipDigest {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  /** 32 hexadecimal digits. */
  readonly response: string;
  readonly algorithm: string;
  readonly qop: string;
  readonly nonceCount: string;
  readonly cnonce: string;
  /** MD5 of the body, for the quality of protection `auth-int`. */
  readonly bodyHash: string;
}

/** What we know of a SIP user: the password, or MD5(username:realm:password) in hexadecimal digits. */
export type SipSecret =
  | { readonly kind: "password"; readonly password: string }
  | { readonly kind: "ha1"; readonly ha1: string };

export type DigestVerdict = "accepted" | "wrong" | "digest-incomplete" | "algorithm-unsupported" | "qop-unsupported";

/**
 * Whether the user who made a digest knows the secret. Algorithms MD5 and MD5-sess; quality of protection none (RFC
 * 2069), `auth` and `auth-int`. The proxy that made the nonce answers for its age.
 * Source: RFC 2617 §3.2.2; vectors: test/vectors/radius/digest.txt.
 */
export function verifySipDigest(digest: SipDigest, secret: SipSecret, digests: Digests): DigestVerdict {
  const { username, nonce, method, uri, response } = digest;
  if ([username, nonce, method, uri, response].includes("")) return "digest-incomplete";
  const algorithm = digest.algorithm.toLowerCase();
  if (algorithm !== "" && algorithm !== "md5" && algorithm !== "md5-sess") return "algorithm-unsupported";
  const qop = digest.qop.toLowerCase();
  if (qop !== "" && qop !== "auth" && qop !== "auth-int") return "qop-unsupported";
  const needed = [
    ...(qop === "" ? [] : [digest.nonceCount, digest.cnonce]),
    ...(qop === "auth-int" ? [digest.bodyHash] : []),
    ...(algorithm === "md5-sess" ? [digest.cnonce] : []),
  ];
  if (needed.includes("")) return "digest-incomplete";

  const md5 = (...parts: readonly string[]): string => hexOf(digests.md5(utf8(parts.join(":"))));
  const long = secret.kind === "ha1" ? secret.ha1.toLowerCase() : md5(username, digest.realm, secret.password);
  const ha1 = algorithm === "md5-sess" ? md5(long, nonce, digest.cnonce) : long;
  const ha2 = qop === "auth-int" ? md5(method, uri, digest.bodyHash) : md5(method, uri);
  const protection = qop === "" ? [] : [digest.nonceCount, digest.cnonce, digest.qop];
  const expected = md5(ha1, nonce, ...protection, ha2);
  return equalOctets(utf8(expected), utf8(response.toLowerCase())) ? "accepted" : "wrong";
}
