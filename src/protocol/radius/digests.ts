/** The keyed arithmetic that RADIUS rests on, given by the server: a codec has no cryptography of its own. */
export interface Digests {
  /** MD5 (RFC 1321), 16 octets. */
  md5(octets: Uint8Array): Uint8Array;
  /** SHA-256 (FIPS 180-4), 32 octets. */
  sha256(octets: Uint8Array): Uint8Array;
  /** HMAC-MD5 (RFC 2104), 16 octets. */
  hmacMd5(key: Uint8Array, octets: Uint8Array): Uint8Array;
}
