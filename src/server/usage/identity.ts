import { hash } from "node:crypto";

/**
 * The identity of a usage record: the first 128 bits of SHA-256 over (source, the switch's own key, leg), one Latin-1
 * character a byte. It doubles as the id of the usage event. Never built from a time, account or book, which a
 * corrected setting would change (docs/decisions/0007-identity-charges-ledger.md). Lengths are part of the input, so
 * ("ab", "c") and ("a", "bc") differ.
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

/** The two halves of the fingerprint that is being made; kept here, because numbers that a closure holds are boxed. */
const lanes = new Int32Array(2);

/**
 * 53-bit fingerprint of a list of texts and whole numbers, in order. It only tells "the same as before" from
 * "changed" for one identity, so a fast non-cryptographic mix (two lanes of multiply-xor, as in cyrb53) is enough.
 */
export function fingerprint(fields: readonly (string | number | null)[]): number {
  lanes[0] = 0xdeadbeef;
  lanes[1] = 0x41c6ce57;
  for (const field of fields) {
    if (typeof field === "string") mixText(field);
    else if (field !== null) {
      mix(field | 0);
      mix(Math.floor(field / 0x1_0000_0000));
    }
    mix(field === null ? 0x1_0001 : 0x1_0002);
  }
  let a = lanes[0] ?? 0;
  let b = lanes[1] ?? 0;
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return (b & 0x1f_ffff) * 0x1_0000_0000 + (a >>> 0);
}

function mix(value: number): void {
  lanes[0] = Math.imul((lanes[0] ?? 0) ^ value, 2_654_435_761);
  lanes[1] = Math.imul((lanes[1] ?? 0) ^ value, 1_597_334_677);
}

/** From this length on, a text is copied out of the one it was cut from before it is mixed: it takes half as long. */
const LONG_TEXT = 64;
const codes = new Uint16Array(4_096);
const codeBytes = Buffer.from(codes.buffer);

function mixText(text: string): void {
  if (text.length >= LONG_TEXT && text.length <= codes.length) {
    codeBytes.write(text, "utf16le");
    mixCodes(text.length);
    return;
  }
  let a = lanes[0] ?? 0;
  let b = lanes[1] ?? 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  lanes[0] = a;
  lanes[1] = b;
}

function mixCodes(length: number): void {
  let a = lanes[0] ?? 0;
  let b = lanes[1] ?? 0;
  for (let i = 0; i < length; i += 1) {
    const code = codes[i] as number;
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  lanes[0] = a;
  lanes[1] = b;
}
