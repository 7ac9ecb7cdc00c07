import { createHash, randomBytes } from "node:crypto";

const TOKEN_OCTETS = 32;

/** A secret that is handed out once: 256 random bits, of which SHA-256 alone is kept. */
export function makeToken(): { readonly token: string; readonly hash: Buffer } {
  const token = randomBytes(TOKEN_OCTETS).toString("base64url");
  return { token, hash: tokenHash(token) };
}

/** What is kept of a token. Rows are found by it: what was typed is never compared with a secret. */
export const tokenHash = (token: string): Buffer => createHash("sha256").update(token).digest();
