import { decodeBytewise } from "../text/encoding.ts";
import type { BerElement } from "./element.ts";
import { OCTET_STRING } from "./tag.ts";

/** Longer integers are no counts, durations or amounts. */
const INTEGER_BYTES_MAX = 16;

/** Octets of a string, put together when it was written in segments (X.690 §8.7.3); null when it is none. */
export function octetsOf({ children, content }: BerElement): Uint8Array | null {
  if (children === null) return content;
  const segments: Uint8Array[] = [];
  for (const child of children) {
    const segment = child.tag === OCTET_STRING ? octetsOf(child) : null;
    if (segment === null) return null;
    segments.push(segment);
  }
  return Uint8Array.from(segments.flatMap((segment) => [...segment]));
}

/** An INTEGER in two's complement; null when it is none, or has more than 16 octets. */
export function integerOf({ children, content }: BerElement): bigint | null {
  if (children !== null || content.length === 0 || content.length > INTEGER_BYTES_MAX) return null;
  let value = 0n;
  for (const byte of content) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(content.length * 8, value);
}

/** An INTEGER that a number holds exactly; null for any other. */
export function smallIntegerOf(element: BerElement): number | null {
  const value = integerOf(element);
  const number = Number(value);
  return value !== null && Number.isSafeInteger(number) ? number : null;
}

/** Text of one byte a character, without blanks around it; null when it is no string. */
export function textOf(element: BerElement): string | null {
  const octets = octetsOf(element);
  return octets === null ? null : decodeBytewise(octets).trim();
}

/** Digits two an octet, the first in the higher half; fillers ("f") at the end are left out. null when no string. */
export function bcdOf(element: BerElement): string | null {
  return octetsOf(element)?.toHex().replace(/f+$/, "") ?? null;
}
