import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Problem } from "../../core/problem.ts";
import { DETECT_HEAD_BYTES, detectFormat } from "../../mediation/detect.ts";
import { formatNamed } from "../../mediation/registry.ts";
import { requireText } from "../../mediation/text/inspect.ts";
import { printedBecause } from "../../mediation/text/printed.ts";
import { readPacking, unpackedChunks } from "./gzip.ts";
import { fileEmpty, fileNotExport, fileUnreadable } from "./problems.ts";
import { requireFormat } from "./require-format.ts";
import type { Source } from "./source.ts";

/** Bytes read at a time. */
const CHUNK_BYTES = 1 << 18;

/** A file is known by its content, so that the same one under another name is found. */
export interface FileDigest {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Reads what a file holds once, chunk by chunk; one that is packed by gzip is unpacked on the way, so that digests,
 * sizes and offsets are those of its content. Errors: Problems `file-unreadable`, `packed-file-too-large`.
 */
export async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    const { isPacked, storedBytes } = await readPacking(path);
    yield* isPacked ? unpackedChunks(path, storedBytes, CHUNK_BYTES) : storedChunks(path);
  } catch (cause) {
    throw cause instanceof Problem ? cause : unreadable(path, cause);
  }
}

const storedChunks = (path: string): AsyncIterable<Buffer> => createReadStream(path, { highWaterMark: CHUNK_BYTES });

/** Reads all that a file holds for its digest. Errors: Problems `file-unreadable`, `packed-file-too-large`. */
export const digestOf = async (path: string): Promise<FileDigest> => await digest(chunksOf(path));

/** The digest of a file as it lies on the disk, packed or not. Errors: Problem `file-unreadable`. */
export const storedDigestOf = async (path: string): Promise<FileDigest> =>
  await digest(storedChunks(path)).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });

async function digest(chunks: AsyncIterable<Buffer>): Promise<FileDigest> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of chunks) {
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
  /** Of what it holds; of a packed one it may be too little. */
  readonly sizeBytes: number;
  readonly head: Uint8Array;
}

async function inspectBytes(path: string): Promise<InspectedFile> {
  const { size, head } = await readHead(path);
  if (isBlank(head) && (await isBlankToItsEnd(path))) throw fileEmpty({ path });
  return { sizeBytes: size, head };
}

/**
 * {@link inspectFile} for a source: text, unless its format is binary; where it is one of exported tables, what a
 * database client printed is refused as a whole, and so is a file that is plainly of another format. Answers the
 * file's size.
 *
 * Errors: those of `inspectFile`, Problems `file-not-export`, `file-other-format`.
 */
export async function requireRecords(
  path: string,
  source: Pick<Source, "name" | "format" | "config">,
): Promise<number> {
  const { sizeBytes, head } = await inspectBytes(path);
  const switchFormat = formatNamed(source.format);
  // Elsewhere it may be a record: FreeSWITCH's template "sql" writes INSERT statements.
  const kind = switchFormat?.isTableExport ? printedBecause(head) : null;
  if (kind !== null) throw fileNotExport({ path, kind });
  await requireFormat(source, { path, head, chunks: () => chunksOf(path) });
  if (!switchFormat?.isBinary) requireText(head, path);
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
    const { sizeBytes: size } = await readPacking(path);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of chunksOf(path)) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= DETECT_HEAD_BYTES) break;
    }
    return { size, head: Buffer.concat(chunks).subarray(0, DETECT_HEAD_BYTES) };
  } catch (cause) {
    throw cause instanceof Problem ? cause : unreadable(path, cause);
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
