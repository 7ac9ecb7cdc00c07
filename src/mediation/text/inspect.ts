import { Problem } from "../../core/problem.ts";

/** First bytes of things that are sent by mistake for a file of records, and what they are. */
const MAGIC: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0x1f, 0x8b], "gzip data"],
  [[0x50, 0x4b, 0x03, 0x04], "a ZIP archive (or an XLSX or ODS workbook, which is one)"],
  [[0x50, 0x4b, 0x05, 0x06], "an empty ZIP archive"],
  [[0x28, 0xb5, 0x2f, 0xfd], "zstd data"],
  [[0x42, 0x5a, 0x68], "bzip2 data"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "xz data"],
  [[0x37, 0x7a, 0xbc, 0xaf], "a 7-Zip archive"],
  [[0x52, 0x61, 0x72, 0x21], "a RAR archive"],
  [[0x25, 0x50, 0x44, 0x46], "a PDF"],
  [[0xd0, 0xcf, 0x11, 0xe0], "an old Office document (XLS, DOC)"],
  [[0x7f, 0x45, 0x4c, 0x46], "a program"],
  [[0x50, 0x41, 0x52, 0x31], "a Parquet file"],
  [[0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20], "an SQLite database"],
  [[0xff, 0xfe], "UTF-16 text"],
  [[0xfe, 0xff], "UTF-16 text"],
];

/** Share of control bytes in a file's head from which it is no text; a damaged text file has a few. */
const CONTROL_SHARE_MAX = 0.1;

/** What a file is that begins with `head`, when it is no text in one byte a character or UTF-8; null when it may be. */
export function notTextBecause(head: Uint8Array): string | null {
  const magic = MAGIC.find(([bytes]) => bytes.every((byte, index) => head[index] === byte));
  if (magic !== undefined) return magic[1];
  let controls = 0;
  for (const byte of head) if (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d)) controls++;
  if (controls <= head.length * CONTROL_SHARE_MAX) return null;
  return looksLikeUtf16(head) ? "UTF-16 text" : "binary data";
}

/** Text in two bytes a character has a zero in every other one, as long as it is Western. */
function looksLikeUtf16(head: Uint8Array): boolean {
  const zeros = [0, 0];
  for (const [index, byte] of head.entries()) if (byte === 0) zeros[index % 2]!++;
  const [even, odd] = zeros as [number, number];
  return Math.max(even, odd) > head.length * 0.3 && Math.min(even, odd) < head.length * 0.05;
}

/**
 * Throws Problem `file-not-text` when the file that begins with `head` cannot be read as text: call it before
 * decoding.
 */
export function requireText(head: Uint8Array, fileName: string): void {
  const kind = notTextBecause(head);
  if (kind !== null) throw fileNotText({ fileName, kind });
}

const fileNotText = ({ fileName, kind }: { fileName: string; kind: string }): Problem =>
  new Problem("file-not-text", {
    what: `${fileName} is ${kind}, not a text file of call records.`,
    fix:
      kind === "UTF-16 text"
        ? "Save it as UTF-8 and import that."
        : "Unpack or export it, and import the text file inside.",
  });
