import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { fileUnreadable } from "../mediation/problems.ts";
import { fileFault } from "../mediation/read-file.ts";
import { pulledFileTooLarge, spoolNotWritten } from "./problems.ts";

/** RFC 1952 §2.3.1 */
const GZIP = Buffer.of(0x1f, 0x8b);

/**
 * A fetched file as it is to be imported: one that is packed by gzip is unpacked beside it, below its folder, without
 * the ending ".gz". Answers the path of what is to be imported.
 *
 * Errors: Problems `file-unreadable` for one whose packing is broken or cut off, `pulled-file-too-large` for one that
 * unpacks to more than `sizeBytesMax`, `spool-not-written`.
 */
export async function unpackFile(path: string, { sizeBytesMax }: { readonly sizeBytesMax: number }): Promise<string> {
  if (!(await isPacked(path))) return path;
  const target = join(dirname(path), "unpacked", basename(path).replace(/\.gz$/i, "") || basename(path));
  let sizeBytes = 0;
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      sizeBytes += chunk.length;
      if (sizeBytes > sizeBytesMax) throw pulledFileTooLarge({ path: basename(path), sizeBytes, sizeBytesMax });
      yield chunk;
    }
  };
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await pipeline(createReadStream(path), createGunzip(), counted, createWriteStream(target, { mode: 0o600 }));
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (code.startsWith("Z_")) throw fileUnreadable({ path, reason: "its gzip data is broken or cut off", cause });
    if (code.startsWith("E")) throw spoolNotWritten({ path: target, reason: fileFault(cause), cause });
    throw cause;
  }
  return target;
}

async function isPacked(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0);
    return bytesRead === GZIP.length && buffer.equals(GZIP);
  } finally {
    await file.close();
  }
}
