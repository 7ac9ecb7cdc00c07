import type { Database } from "../db/database.ts";
import { findSourceNamed } from "../mediation/find-source.ts";
import { explainRows } from "./explain-rows.ts";
import type { LineFate } from "./line-fates.ts";
import { type FileLine, findNamedFiles, listKeptLines, type NamedFile } from "./line-store.ts";
import { fileNameUnknown, fileNotThatOne } from "./problems.ts";

/** Which lines to list. */
export interface LineFilter {
  readonly tenantId: string;
  /** A file's name, or its id. */
  readonly file: string;
  readonly source?: string | undefined;
  readonly fate: LineFate | null;
  /** The file itself, where it still is: tells of rows that left no line, too. */
  readonly path?: string | undefined;
  readonly limit: number;
}

/** Lines of one file, in order. */
export interface FileLines {
  readonly file: NamedFile;
  readonly lines: readonly FileLine[];
}

/** More lines than any file is read for. */
const KEPT_LINES_MAX = 50_000_000;

/**
 * What became of each row of a file, line by line. Without the file itself, duplicates and rows that are not billable
 * are not known by line: only they left no trace but their number.
 *
 * Errors: Problems `source-unknown`, `file-name-unknown`, `file-unreadable`, `file-changed`.
 */
export async function findLines(db: Database, filter: LineFilter): Promise<FileLines> {
  const { tenantId, fate, path, limit } = filter;
  const source = filter.source === undefined ? null : await findSourceNamed(db, tenantId, filter.source);
  const { file, kept } = await db.transaction("app", { tenantId }, async (tx) => {
    const found = await findNamedFiles(tx, { tenantId, name: filter.file, sourceId: source?.id ?? null });
    const [only, ...others] = found;
    if (only === undefined || others.length > 0)
      throw fileNameUnknown({ name: filter.file, found: found.map((each) => `${each.source} ${each.id}`) });
    const wanted = path === undefined ? { fate, limit } : { fate: null, limit: KEPT_LINES_MAX };
    return { file: only, kept: await listKeptLines(tx, { fileId: only.id, ...wanted }) };
  });
  if (path === undefined) return { file, lines: kept };
  const { sha256, lines } = await explainRows(db, { tenantId, file, path, kept });
  if (sha256 !== file.sha256) throw fileNotThatOne({ path, name: file.name });
  return { file, lines: lines.filter((line) => fate === null || line.fate === fate).slice(0, limit) };
}
