import { join } from "node:path";
import type { Database } from "../db/database.ts";
import type { ArchiveFile } from "./archive.ts";
import { sameFigures } from "./archived-tables.ts";
import { type Duck, withDuck } from "./duck.ts";
import { fileDigest } from "./file-digest.ts";
import { findArchives } from "./find-archives.ts";
import { fileFigures } from "./parquet-store.ts";

/** How a file of the archive was found. */
export interface VerifiedFile {
  readonly month: string;
  readonly part: number;
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  /** What is wrong with it; null: it is what was written. */
  readonly fault: string | null;
}

/**
 * Reads every file of a tenant's archive, or of one month of it, and compares it with what was written: byte by byte by
 * its SHA-256, and row by row by its figures.
 *
 * @throws Problem `archive-unavailable`.
 */
export async function verifyArchive(
  db: Database,
  wanted: {
    readonly tenantId: string;
    readonly archiveDir: string;
    readonly month: string | null;
    readonly onFile?: (done: number, total: number) => void;
  },
): Promise<readonly VerifiedFile[]> {
  const archives = (await findArchives(db, wanted.tenantId)).filter(
    ({ state, month }) => state === "archived" && (wanted.month === null || month === wanted.month),
  );
  const files = archives.flatMap(({ month, part, files: ofPart }) => ofPart.map((file) => ({ month, part, file })));
  if (files.length === 0) return [];
  return await withDuck(async (duck) => {
    const verified: VerifiedFile[] = [];
    for (const { month, part, file } of files) {
      const fault = await faultOf(duck, wanted.archiveDir, file);
      verified.push({ month, part, file: file.file, rows: file.rows, bytes: file.bytes, fault });
      wanted.onFile?.(verified.length, files.length);
    }
    return verified;
  });
}

/** What is wrong with a file; null: nothing. */
export async function faultOf(duck: Duck, archiveDir: string, file: ArchiveFile): Promise<string | null> {
  const path = join(archiveDir, file.file);
  try {
    const { sha256, bytes } = await fileDigest(path);
    if (bytes !== file.bytes) return `it has ${bytes} bytes instead of ${file.bytes}`;
    if (sha256 !== file.sha256) return "its SHA-256 is another";
  } catch (error) {
    return `it can't be read (${error instanceof Error ? error.message : String(error)})`;
  }
  const figures = await fileFigures(duck, file.table, path);
  return sameFigures(figures, file.figures) ? null : "its rows add up to other figures";
}
