import { now } from "../../clock.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import { noteKnownFile } from "../completeness/note-arrival.ts";
import type { Database } from "../db/database.ts";
import type { LiveRatingContext } from "../rating/live-rating-context.ts";
import { isImported } from "./file-store.ts";
import { nameUnpacked } from "./gzip.ts";
import { type ImportedFile, importFile } from "./import-file.ts";
import { digestOf } from "./read-file.ts";
import { findSource } from "./source-store.ts";

/** A file that somebody left, in the name of a source. */
export interface NewFile {
  readonly tenantId: string;
  readonly source: string;
  readonly path: string;
  readonly rating: LiveRatingContext;
}

/**
 * Imports a file, unless its content was imported before, under this name or another. The source is looked up anew, so
 * that settings which were applied meanwhile hold. Errors: those of `importFile`; Problem `source-unknown`.
 */
export async function importNewFile(db: Database, file: NewFile): Promise<ImportedFile | "known"> {
  const { tenantId, path, rating } = file;
  const { sha256 } = await digestOf(path);
  const { source, isKnown } = await db.transaction("app", { tenantId }, async (tx) => {
    const found = await findSource(tx, tenantId, file.source);
    return { source: found, isKnown: await isImported(tx, { sourceId: found.id, sha256 }) };
  });
  const receivedAt = fromInstant(now());
  if (!isKnown) return await importFile(db, { source, path, receivedAt, rating });
  const arrival = { sourceId: source.id, sha256, name: nameUnpacked(path), arrivedAt: receivedAt };
  await db.transaction("ingest", {}, (tx) => noteKnownFile(tx, arrival));
  return "known";
}
