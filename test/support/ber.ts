/** An element to be written, independent of how src/mediation/ber reads it. */
export interface BerNode {
  /** 0 universal, 1 application, 2 context-specific, 3 private. */
  readonly classBits: number;
  readonly number: number;
  /** Octets of a primitive value, or the elements of a constructed one. */
  readonly content: Uint8Array | readonly BerNode[];
  /** How the length is written; the shortest way when left out. `padded`: with zeros in front. */
  readonly length?: "indefinite" | "padded";
}

/** Writes an element by X.690's basic rules. */
export function encodeBer({ content, ...tag }: BerNode): Uint8Array {
  const isConstructed = !(content instanceof Uint8Array);
  return encodeElement(tag, { isConstructed, octets: isConstructed ? join(content.map(encodeBer)) : content });
}

/** The same for content that is written already, whatever it is. */
export function encodeElement(
  { classBits, number, length }: Omit<BerNode, "content">,
  { isConstructed, octets }: { readonly isConstructed: boolean; readonly octets: Uint8Array },
): Uint8Array {
  const isIndefinite = length === "indefinite" && isConstructed;
  const tag = tagOctets(classBits, isConstructed, number);
  const size = isIndefinite ? [0x80] : lengthOctets(octets.length, length === "padded");
  return join([Uint8Array.from([...tag, ...size]), octets, new Uint8Array(isIndefinite ? 2 : 0)]);
}

function tagOctets(classBits: number, isConstructed: boolean, number: number): number[] {
  const first = (classBits << 6) | (isConstructed ? 0x20 : 0);
  if (number < 31) return [first | number];
  const sevens: number[] = [];
  for (let rest = number; rest > 0; rest >>>= 7) sevens.unshift((rest & 0x7f) | (sevens.length > 0 ? 0x80 : 0));
  return [first | 0x1f, ...sevens];
}

function lengthOctets(length: number, isPadded: boolean): number[] {
  if (length < 0x80 && !isPadded) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  if (isPadded) octets.unshift(0, 0);
  return [0x80 + octets.length, ...octets];
}

/** Byte strings one after the other. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
