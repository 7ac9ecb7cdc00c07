import { Problem } from "../../core/problem.ts";

export type DeckEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

export interface DecodedText {
  readonly text: string;
  readonly encoding: DeckEncoding;
}

/**
 * Bytes of a text deck to text. A byte order mark decides; then zero bytes at every second place (UTF-16 without one);
 * then UTF-8 if it is valid; else windows-1252, which every byte sequence is. `given` overrides all but is checked.
 * Errors: `deck-not-text` for bytes that are no text.
 */
export function decodeDeckText(bytes: Uint8Array, given?: DeckEncoding): DecodedText {
  const encoding = given ?? detectEncoding(bytes);
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw deckNotText(`it is not valid ${encoding}`, cause);
  }
  if (looksBinary(text)) throw deckNotText("it holds bytes that no text has");
  return { text, encoding };
}

function detectEncoding(bytes: Uint8Array): DeckEncoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const sample = bytes.subarray(0, 4_096);
  const zeros = [0, 0];
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const half = sample.length / 2;
  if ((zeros[1] ?? 0) > half * 0.7 && (zeros[0] ?? 0) < half * 0.1) return "utf-16le";
  if ((zeros[0] ?? 0) > half * 0.7 && (zeros[1] ?? 0) < half * 0.1) return "utf-16be";
  return isUtf8(bytes) ? "utf-8" : "windows-1252";
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Text has tabs, line ends, form feeds and the DOS end mark (0x1A) of the control characters, and nothing else. */
function looksBinary(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point
  const controls = text.slice(0, 65_536).match(/[\u0000-\u0008\u000e-\u0019\u001b-\u001f]/g);
  return controls !== null && controls.length > Math.min(text.length, 65_536) / 1_000;
}

const deckNotText = (why: string, cause?: unknown) =>
  new Problem(
    "deck-not-text",
    {
      what: `The file cannot be read as a text deck: ${why}.`,
      fix: "Save it as CSV in UTF-8, or as XLSX; or set the template's encoding to what the carrier uses.",
    },
    { cause },
  );
