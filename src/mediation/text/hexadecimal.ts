/** Bytes of a binary record as text, two lower-case digits each: what quarantine keeps of it. */
export const toHexadecimal = (bytes: Uint8Array): string => bytes.toHex();

/** The bytes that hexadecimal digits stand for, with any blanks and line ends between them; null for other text. */
export function fromHexadecimal(text: string): Uint8Array | null {
  const digits = text.replace(/\s+/g, "");
  return digits.length % 2 === 0 && !/[^0-9a-f]/i.test(digits) ? Uint8Array.fromHex(digits) : null;
}
