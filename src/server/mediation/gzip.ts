import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { fileUnreadable, packedFileTooLarge } from "./problems.ts";

/** How gzip data begins; the third byte is the one method there is. Source: RFC 1952 §2.3.1. */
const GZIP = Buffer.of(0x1f, 0x8b, 0x08);
/** Records pack to a tenth or a twentieth; what unpacks to more than this is no file of records. */
const RATIO_MAX = 200;
/** A small file of equal lines may pack better than that. */
const SIZE_BYTES_ALWAYS = 64 << 20;
const SIZE_BYTES = 4;

/** Whether bytes are packed by gzip. */
export const isGzip = (head: Uint8Array): boolean => GZIP.every((byte, index) => head[index] === byte);

/** A file's name as its switch gave it: packed or not, it is the same file. */
export const nameUnpacked = (path: string): string => basename(path).replace(/(?<=.)\.gz$/i, "");

/** How a file lies on the disk. */
export interface Packing {
  readonly isPacked: boolean;
  /** Its size on the disk. */
  readonly storedBytes: number;
  /** Its size unpacked; of a packed file of several parts, or of more than 4 GiB, too little. */
  readonly sizeBytes: number;
}

/** Looks at how a file lies on the disk. Errors: those of the system. */
export async function readPacking(path: string): Promise<Packing> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0);
    if (!isGzip(buffer)) return { isPacked: false, storedBytes: size, sizeBytes: size };
    const end = await file.read(Buffer.alloc(SIZE_BYTES), 0, SIZE_BYTES, Math.max(0, size - SIZE_BYTES));
    return { isPacked: true, storedBytes: size, sizeBytes: end.buffer.readUInt32LE() };
  } finally {
    await file.close();
  }
}

/**
 * What a packed file holds, chunk by chunk, with flat memory.
 *
 * Errors: Problems `file-unreadable` where the packing is broken or cut off, `packed-file-too-large`; and those of the
 * system.
 */
export async function* unpackedChunks(path: string, storedBytes: number, chunkBytes: number): AsyncGenerator<Buffer> {
  const most = Math.max(storedBytes * RATIO_MAX, SIZE_BYTES_ALWAYS);
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  // What goes wrong with the file reaches the reader below.
  pipeline(createReadStream(path, { highWaterMark: chunkBytes }), gunzip, () => undefined);
  let done = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      done += chunk.length;
      if (done > most) throw packedFileTooLarge({ path, storedBytes, mostBytes: most });
      yield chunk;
    }
  } catch (cause) {
    const isBroken = cause instanceof Error && "code" in cause && String(cause.code).startsWith("Z_");
    if (isBroken) throw fileUnreadable({ path, reason: "its gzip data is broken or cut off", cause });
    throw cause;
  }
}
