import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { DETECT_HEAD_BYTES, detectFormat } from "../../mediation/detect.ts";
import { formatNamed } from "../../mediation/registry.ts";
import { requireText } from "../../mediation/text/inspect.ts";
import { printedBecause } from "../../mediation/text/printed.ts";
import { fileEmpty, fileNotExport, fileUnreadable } from "./problems.ts";

/** Bytes read at a time. */
const CHUNK_BYTES = 1 << 18;

/** A file is known by its content, so that the same one under another name is found. */
export interface FileDigest {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Reads a file once, chunk by chunk. Errors: Problem `file-unreadable`. */
export async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES });
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Reads the whole file for its digest. Errors: Problem `file-unreadable`. */
export async function digestOf(path: string): Promise<FileDigest> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of chunksOf(path)) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}

/** Digests of the file's first bytes, by how many they are. Errors: Problem `file-unreadable`. */
export async function startDigestsOf(
  path: string,
  sizesBytes: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const wanted = [...new Set(sizesBytes)].sort((a, b) => b - a);
  const hash = createHash("sha256");
  const digests = new Map<number, string>();
  let bytesDone = 0;
  for await (const chunk of chunksOf(path)) {
    let from = 0;
    for (let size = wanted.at(-1); size !== undefined && size <= bytesDone + chunk.length; size = wanted.at(-1)) {
      hash.update(chunk.subarray(from, size - bytesDone));
      digests.set(size, hash.copy().digest("hex"));
      from = size - bytesDone;
      wanted.pop();
    }
    if (wanted.length === 0) break;
    hash.update(chunk.subarray(from));
    bytesDone += chunk.length;
  }
  return digests;
}

/**
 * Looks at a file before anything is done with it; answers its size and its first {@link DETECT_HEAD_BYTES}. A pipe or
 * a device is refused: a file is read twice, and again when its import was killed. A file of blank lines is empty. One
 * that is no text has to look like one of the binary formats.
 *
 * Errors: Problems `file-unreadable`, `file-empty`, `file-not-text`.
 */
export async function inspectFile(path: string): Promise<InspectedFile> {
  const file = await inspectBytes(path);
  const isBinary = detectFormat(file.head, path).some(({ format }) => formatNamed(format)?.isBinary);
  if (!isBinary) requireText(file.head, path);
  return file;
}

interface InspectedFile {
  readonly sizeBytes: number;
  readonly head: Uint8Array;
}

async function inspectBytes(path: string): Promise<InspectedFile> {
  const { size, head } = await readHead(path);
  if (isBlank(head) && (await isBlankToItsEnd(path))) throw fileEmpty({ path });
  return { sizeBytes: size, head };
}

/**
 * {@link inspectFile} for a source of `format`: text, unless the format is binary; where it is one of exported tables,
 * what a database client printed is refused as a whole. Answers the file's size.
 *
 * Errors: those of `inspectFile`, Problem `file-not-export`.
 */
export async function requireRecords(path: string, format: string): Promise<number> {
  const { sizeBytes, head } = await inspectBytes(path);
  const switchFormat = formatNamed(format);
  if (!switchFormat?.isBinary) requireText(head, path);
  // Elsewhere it may be a record: FreeSWITCH's template "sql" writes INSERT statements.
  const kind = switchFormat?.isTableExport ? printedBecause(head) : null;
  if (kind !== null) throw fileNotExport({ path, kind });
  return sizeBytes;
}

async function isBlankToItsEnd(path: string): Promise<boolean> {
  let isStart = true;
  for await (const chunk of chunksOf(path)) {
    if (!isBlank(chunk, isStart)) return false;
    isStart = false;
  }
  return true;
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Whether bytes are blanks and line ends, after a byte order mark at the start of a file. */
function isBlank(bytes: Uint8Array, isStart = true): boolean {
  const text = isStart && BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte) ? bytes.subarray(3) : bytes;
  return text.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

async function readHead(path: string): Promise<{ readonly size: number; readonly head: Uint8Array }> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new Error(REASONS.EISDIR);
    if (!found.isFile()) throw new Error("it is no regular file");
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(DETECT_HEAD_BYTES), 0, DETECT_HEAD_BYTES, 0);
      return { size: found.size, head: buffer.subarray(0, bytesRead) };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

const REASONS = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory",
} as const satisfies Record<string, string>;

/** Why the system could not do something with a file or folder, in words. */
export function fileFault(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const known = Object.entries(REASONS).find(([name]) => name === code);
  return known?.[1] ?? (cause instanceof Error ? cause.message : String(cause));
}

const unreadable = (path: string, cause: unknown) => fileUnreadable({ path, reason: fileFault(cause), cause });
