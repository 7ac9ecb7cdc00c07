import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { uuidv7 } from "../../clock.ts";
import { invariant } from "../../core/invariant.ts";
import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { keepArchivedHours } from "../completeness/keep-archived-hours.ts";
import type { Database } from "../db/database.ts";
import { steadySnapshot } from "../db/steady-snapshot.ts";
import { takeStoredCalls } from "../usage/hold-stored-calls.ts";
import type { ArchiveFile } from "./archive.ts";
import { insertArchive, nextPart } from "./archive-store.ts";
import {
  ARCHIVED_TABLES,
  type ArchivedTable,
  type Figure,
  rowsOf,
  sameFigures,
  sumFigures,
} from "./archived-tables.ts";
import { deleteMonth } from "./delete-month.ts";
import { type Duck, withDuck } from "./duck.ts";
import { emptyPartitions } from "./empty-partitions.ts";
import { fileDigest, sync } from "./file-digest.ts";
import { copyOut, fileFigures, toParquet } from "./parquet-store.ts";
import { archiveNotWritten } from "./problems.ts";
import { copyOutSql, findDays, findRows, loadFigures, type MonthOfTenant, type SpanRows } from "./rows-store.ts";
import { insertSums, sumCharges } from "./sums-store.ts";

/** Where a month goes, and who sends it there. */
export interface ArchiveOrder extends MonthOfTenant {
  readonly archiveDir: string;
  readonly actor: Actor;
}

/** A part as it was written. `changed`: rows came or went while its files were made, so nothing was taken away. */
export type WrittenPart =
  | { readonly kind: "archived"; readonly part: number; readonly calls: number; readonly files: readonly ArchiveFile[] }
  | { readonly kind: "changed" };

/**
 * Moves a tenant's calls of a month to Parquet files: written beside, read back and compared with the tables, flushed
 * to the disk and named; then, in one transaction, the rows are taken away, compared once more as they go, and noted. A
 * kill at any point leaves either all rows and perhaps files that the next run clears away, or all files and no rows.
 */
export async function archiveMonth(db: Database, order: ArchiveOrder): Promise<WrittenPart> {
  const { tenantId, month, archiveDir } = order;
  const part = await db.transaction("owner", {}, (tx) => nextPart(tx, order));
  const folder = join(tenantId, month.text);
  const drafts = ARCHIVED_TABLES.map((table) => {
    const file = join(folder, `${table}-${part}.parquet`);
    return { table, file, path: join(archiveDir, file) };
  });
  try {
    await mkdir(join(archiveDir, folder), { recursive: true, mode: 0o700 });
    const expected = await copyTables(db, order, drafts);
    return await withDuck(async (duck) => {
      const files: ArchiveFile[] = [];
      for (const draft of drafts) files.push(await writeFile(duck, draft, expected.get(draft.table) ?? []));
      await sync(join(archiveDir, folder));
      await sync(join(archiveDir, tenantId));
      await sync(archiveDir);
      const written = await takeAway(db, order, { duck, part, files });
      if (written.kind === "changed") for (const { path } of drafts) await rm(path, { force: true });
      return written;
    });
  } catch (cause) {
    if (!isFileError(cause)) throw cause;
    throw archiveNotWritten({ path: archiveDir, reason: cause.message, cause });
  }
}

/** One file that is to be: its table, its name below the archive's folder, and where that is. */
interface Draft {
  readonly table: ArchivedTable;
  readonly file: string;
  readonly path: string;
}

const csvOf = ({ path }: Draft): string => `${path}.csv.part`;
const partOf = ({ path }: Draft): string => `${path}.part`;

/** Copies the rows out as they are at one moment, a day's calls after the other; answers what they come to. */
async function copyTables(
  db: Database,
  order: ArchiveOrder,
  drafts: readonly Draft[],
): Promise<ReadonlyMap<ArchivedTable, readonly Figure[]>> {
  return await db.bulk("owner", {}, async (tx) => {
    await steadySnapshot(tx);
    const days: SpanRows[] = [];
    for (const span of await findDays(tx, order)) days.push(await findRows(tx, { tenantId: order.tenantId, span }));
    const figures = new Map<ArchivedTable, readonly Figure[]>();
    for (const draft of drafts) {
      const ofDays: (readonly Figure[])[] = [];
      for (const day of days) ofDays.push(await loadFigures(tx, draft.table, day));
      figures.set(draft.table, sumFigures(ofDays));
      const statements = days.map((day) => copyOutSql(draft.table, day));
      await copyOut(tx, statements, csvOf(draft));
    }
    return figures;
  });
}

/** Makes one file, reads it back, and gives it its name when it holds what the table does. */
async function writeFile(duck: Duck, draft: Draft, expected: readonly Figure[]): Promise<ArchiveFile> {
  const { table, file, path } = draft;
  await toParquet(duck, table, csvOf(draft), partOf(draft));
  await rm(csvOf(draft));
  const figures = await fileFigures(duck, table, partOf(draft));
  invariant(sameFigures(figures, expected), `${file} holds what ${table} does`);
  await sync(partOf(draft));
  const { sha256, bytes } = await fileDigest(partOf(draft));
  await rename(partOf(draft), path);
  return { table, file, bytes, sha256, rows: rowsOf(figures), figures };
}

/**
 * Takes the rows away if they are still those in the files, and notes the part, in one transaction: whole partitions
 * where nothing else is in them, else row by row.
 */
async function takeAway(
  db: Database,
  order: ArchiveOrder,
  { duck, part, files }: { readonly duck: Duck; readonly part: number; readonly files: readonly ArchiveFile[] },
): Promise<WrittenPart> {
  const charges = files.find(({ table }) => table === "charges");
  invariant(charges, "charges have a file");
  const sums = await sumCharges(duck, join(order.archiveDir, charges.file));
  const calls = files.find(({ table }) => table === "usage_events")?.rows ?? 0;
  const id = uuidv7();
  try {
    await db.bulk("owner", {}, async (tx) => {
      await takeStoredCalls(tx, order.tenantId);
      await insertArchive(tx, order, { id, part, calls, archivedBy: order.actor.name, files });
      const { startAt: from, endAt: until } = order.month;
      await keepArchivedHours(tx, { tenantId: order.tenantId, archiveId: id, period: { from, until } });
      if (!((await emptyPartitions(tx, order, files)) || (await deleteMonth(tx, order, files))))
        throw new RowsChanged();
      await insertSums(tx, { tenantId: order.tenantId, archiveId: id, sums });
      const object = { kind: "archive", id, name: `${order.month.text} part ${part}` };
      const after = { calls, files: files.map(({ file, sha256 }) => ({ file, sha256 })) };
      await recordAudit(tx, order.actor, [{ action: "month.archived", object, before: null, after, reason: null }]);
    });
  } catch (error) {
    if (error instanceof RowsChanged) return { kind: "changed" };
    throw error;
  }
  return { kind: "archived", part, calls, files };
}

/** Ends the transaction without an effect. */
class RowsChanged extends Error {}

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "code" in error && "syscall" in error && "path" in error;
