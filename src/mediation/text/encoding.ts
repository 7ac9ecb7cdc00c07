/**
 * How bytes outside ASCII are read. `auto`: UTF-8 where the bytes are valid UTF-8, else Latin-1 (in its superset
 * windows-1252, which is what software that says Latin-1 writes). Decided field by field: one odd name does not spoil a
 * file.
 */
export const ENCODINGS = ["auto", "utf-8", "latin-1"] as const;
export type Encoding = (typeof ENCODINGS)[number];

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** Text of `bytes`; never throws. Bytes that UTF-8 does not allow become U+FFFD under `utf-8`. */
export function decodeText(bytes: Uint8Array, encoding: Encoding): string {
  if (encoding === "latin-1") return latin1.decode(bytes);
  if (encoding === "utf-8") return lenientUtf8.decode(bytes);
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return latin1.decode(bytes);
  }
}

/** One character a byte, so that byte offsets are text offsets; true text wherever the bytes are ASCII. */
export const decodeBytewise = (bytes: Uint8Array): string => latin1.decode(bytes);
