import { hash } from "node:crypto";

/**
 * The identity of a usage record: the first 128 bits of SHA-256 over (source, the switch's own key, leg). It doubles as the id
 * of the usage event. Never built from a time, account or book, which a corrected setting would change (DESIGN, decision 7).
 * Lengths are part of the input, so ("ab", "c") and ("a", "bc") differ.
 */
export function usageIdentity(sourceId: string, key: string, leg: string): Buffer {
  return digest128(`${sourceId}|${key.length}|${key}|${leg}`);
}

/** First 128 bits of the SHA-256 of a row as it came. */
export function rawHash(raw: string): Buffer {
  return digest128(raw);
}

function digest128(text: string): Buffer {
  return hash("sha256", text, "buffer").subarray(0, 16);
}

/**
 * 64-bit fingerprint of a text, as a signed bigint for an int8 column. It only tells "the same as before" from "changed" for one
 * identity, so a fast non-cryptographic mix (two lanes of cyrb53's multiply-xor) is enough.
 */
export function fingerprint(text: string): bigint {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return BigInt.asIntN(64, (BigInt(b >>> 0) << 32n) | BigInt(a >>> 0));
}
