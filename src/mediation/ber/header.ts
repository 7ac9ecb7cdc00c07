import { type BerTag, berTag, TAG_NUMBER_BITS } from "./tag.ts";

/** Identifier and length octets of an element (X.690 §8.1.2, §8.1.3). */
export interface BerHeader {
  readonly tag: BerTag;
  readonly isConstructed: boolean;
  /** Octets of content; null: of indefinite length, up to its end-of-contents octets. */
  readonly contentBytes: number | null;
  /** Octets of the header itself. */
  readonly headerBytes: number;
}

/** What is no header, in words. */
export interface HeaderFault {
  readonly fault: string;
}

const TAG_OCTETS_MAX = TAG_NUMBER_BITS / 7;

/** More than any file holds, and exact in a double. */
const CONTENT_BYTES_MAX = 2 ** 48;

/**
 * Reads the header that starts at `at`; null while it is not there as a whole. Headers that X.690 forbids but that say
 * what is meant (zeros in front, the long form for a low tag number) are read.
 */
export function readHeader(bytes: Uint8Array, at: number, end: number): BerHeader | HeaderFault | null {
  if (at >= end) return null;
  const identifier = bytes[at] as number;
  let next = at + 1;
  let number = identifier & 0x1f;
  if (number === 0x1f) {
    const long = readTagNumber(bytes, next, end);
    if (long === null || "fault" in long) return long;
    number = long.value;
    next = long.next;
  }
  const length = readLength(bytes, next, end);
  if (length === null || "fault" in length) return length;
  const isConstructed = (identifier & 0x20) !== 0;
  if (length.value === null && !isConstructed) return { fault: "a primitive value has no length" };
  const tag = berTag(identifier >>> 6, number);
  return { tag, isConstructed, contentBytes: length.value, headerBytes: length.next - at };
}

interface Reading<Value> {
  readonly value: Value;
  readonly next: number;
}

function readTagNumber(bytes: Uint8Array, from: number, end: number): Reading<number> | HeaderFault | null {
  let value = 0;
  for (let next = from; next < end; next++) {
    if (next - from >= TAG_OCTETS_MAX) return { fault: `a tag number has more than ${TAG_NUMBER_BITS} bits` };
    const octet = bytes[next] as number;
    value = (value << 7) | (octet & 0x7f);
    if (octet < 0x80) return { value, next: next + 1 };
  }
  return null;
}

function readLength(bytes: Uint8Array, from: number, end: number): Reading<number | null> | HeaderFault | null {
  if (from >= end) return null;
  const first = bytes[from] as number;
  if (first < 0x80) return { value: first, next: from + 1 };
  if (first === 0x80) return { value: null, next: from + 1 };
  if (first === 0xff) return { fault: "a length starts with the reserved octet ff" };
  const octets = first - 0x80;
  let value = 0;
  for (let index = 1; index <= octets; index++) {
    if (from + index >= end) return null;
    value = value * 256 + (bytes[from + index] as number);
    if (value > CONTENT_BYTES_MAX) return { fault: "a length is beyond that of any file" };
  }
  return { value, next: from + 1 + octets };
}
