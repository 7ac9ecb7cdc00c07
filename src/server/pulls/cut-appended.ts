import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open, rename, truncate } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

/** What is fetched again of the end of what is imported, to see that the log is still the one that was read. */
export const OVERLAP_BYTES = 1_024;

/** The new whole lines of a log. */
export type Appended =
  /** The file does not go on where the imported part ended: it is another one by now. */
  | { readonly kind: "rotated" }
  /** `endBytes` of the fetched file are whole lines; `isNew` when there are some beyond the overlap. */
  | { readonly kind: "lines"; readonly endBytes: number; readonly endSha256: string; readonly isNew: boolean };

/**
 * Cuts a fetched part of a log down to the whole lines that are new: what overlaps goes, and so does a last line that
 * the switch has not ended yet. `overlapSha256` is the digest of the first `overlapBytes`, as they were imported.
 */
export async function cutAppended(
  path: string,
  { overlapBytes, overlapSha256 }: { readonly overlapBytes: number; readonly overlapSha256: string | null },
): Promise<Appended> {
  const file = await open(path);
  let endBytes: number;
  let endSha256: string;
  try {
    if (overlapBytes > 0 && (await digest(file, 0, overlapBytes)) !== overlapSha256) return { kind: "rotated" };
    endBytes = await endOfLines(file);
    const tailBytes = Math.min(endBytes, OVERLAP_BYTES);
    endSha256 = await digest(file, endBytes - tailBytes, tailBytes);
  } finally {
    await file.close();
  }
  const isNew = endBytes > overlapBytes;
  if (isNew && overlapBytes === 0) await truncate(path, endBytes);
  else if (isNew) {
    const lines = `${path}.lines`;
    await pipeline(createReadStream(path, { start: overlapBytes, end: endBytes - 1 }), createWriteStream(lines));
    await rename(lines, path);
  }
  return { kind: "lines", endBytes, endSha256, isNew };
}

async function digest(file: FileHandle, position: number, lengthBytes: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(lengthBytes), 0, lengthBytes, position);
  return createHash("sha256").update(buffer.subarray(0, bytesRead)).digest("hex");
}

const STEP_BYTES = 1 << 16;
const LINE_END = 0x0a;

/** Just after the last line end; 0 where there is none. */
async function endOfLines(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  for (let until = size; until > 0; until -= STEP_BYTES) {
    const from = Math.max(0, until - STEP_BYTES);
    const { buffer } = await file.read(Buffer.alloc(until - from), 0, until - from, from);
    const at = buffer.lastIndexOf(LINE_END);
    if (at >= 0) return from + at + 1;
  }
  return 0;
}
