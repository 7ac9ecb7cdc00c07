import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

/** SHA-256 of a file, in hexadecimal, and its length. */
export async function fileDigest(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return { sha256: hash.digest("hex"), bytes: (await stat(path)).size };
}

/** Makes sure that a file, or the names in a folder, are on the disk and not only in memory. */
export async function sync(path: string): Promise<void> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (process.platform === "win32" && error.code === "EISDIR") return undefined; // a folder can't be opened there
    throw error;
  });
  await file?.sync().finally(() => file.close());
}
