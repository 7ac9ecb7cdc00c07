import { hash } from "node:crypto";

/**
 * The identity of a usage record: the first 128 bits of SHA-256 over (source, the switch's own key, leg), one Latin-1
 * character a
 * byte. It doubles as the id of the usage event. Never built from a time, account or book, which a corrected setting
 * would change
 * (docs/decisions/0007-identity-charges-ledger.md). Lengths are part of the input, so ("ab", "c") and ("a", "bc")
 * differ.
 */
export function usageIdentity(sourceId: string, key: string, leg: string): string {
  return digest128(`${sourceId}|${key.length}|${key}|${leg}`);
}

/** First 128 bits of the SHA-256 of a row as it came. */
export function rawHash(raw: string): string {
  return digest128(raw);
}

function digest128(text: string): string {
  return hash("sha256", text, "latin1").slice(0, 16);
}

/**
 * 53-bit fingerprint of a list of texts and whole numbers, in order. It only tells "the same as before" from
 * "changed" for one
 * identity, so a fast non-cryptographic mix (two lanes of multiply-xor, as in cyrb53) is enough.
 */
export function fingerprint(fields: readonly (string | number | null)[]): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  const mix = (value: number) => {
    a = Math.imul(a ^ value, 2_654_435_761);
    b = Math.imul(b ^ value, 1_597_334_677);
  };
  for (const field of fields) {
    if (typeof field === "string") for (let i = 0; i < field.length; i += 1) mix(field.charCodeAt(i));
    else if (field !== null) {
      mix(field | 0);
      mix(Math.floor(field / 0x1_0000_0000));
    }
    mix(field === null ? 0x1_0001 : 0x1_0002);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return (b & 0x1f_ffff) * 0x1_0000_0000 + (a >>> 0);
}
