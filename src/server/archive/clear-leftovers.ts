import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "../db/database.ts";
import { findArchives } from "./find-archives.ts";

/** What a run writes before its files have their names. */
const HALF_DONE = /^(usage_events|charges|usage_history)-\d+\.parquet(\.part|\.csv\.part)$/;

/**
 * Removes what is of no use: half-done files of a run that was broken off, and files of parts that are in the tables
 * again or deleted. Nobody else may be at work on the archive. A file that the database does not know stays: it may be
 * known to a newer copy of this database.
 */
export async function clearLeftovers(
  db: Database,
  { tenantId, archiveDir }: { readonly tenantId: string; readonly archiveDir: string },
): Promise<void> {
  for (const { state, files } of await findArchives(db, tenantId))
    if (state !== "archived") for (const { file } of files) await rm(join(archiveDir, file), { force: true });
  for (const month of await readdir(join(archiveDir, tenantId)).catch(() => [])) {
    const folder = join(archiveDir, tenantId, month);
    for (const name of await readdir(folder).catch(() => []))
      if (HALF_DONE.test(name)) await rm(join(folder, name), { force: true });
  }
}
