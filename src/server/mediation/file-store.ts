import type { EpochMs } from "../../core/time/epoch.ts";
import { textArray } from "../db/array-parameter.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { RowCounts } from "./row-counts.ts";

/** A file and how far its present pass has come. */
export interface SourceFile {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly receivedAt: EpochMs;
  readonly preamble: string;
  readonly state: "importing" | "imported";
  readonly pass: number;
  /** Rows of any kind, header rows included, that the present pass has accounted for. */
  readonly rowsDone: number;
  readonly bytesDone: number;
  readonly counts: RowCounts;
}

interface FileRow {
  readonly id: string;
  readonly name: string;
  readonly size_bytes: string;
  readonly received_at: EpochMs;
  readonly preamble: string;
  readonly state: "importing" | "imported";
  readonly pass: number;
  readonly rows_done: string;
  readonly bytes_done: string;
  readonly rows: string;
  readonly stored: string;
  readonly duplicate: string;
  readonly corrected: string;
  readonly non_billable: string;
  readonly quarantined: string;
  readonly open: string;
}

const COLUMNS = `id, name, size_bytes, received_at, preamble, state, pass, rows_done, bytes_done,
  rows, stored, duplicate, corrected, non_billable, quarantined, open`;

const fileOf = (row: FileRow): SourceFile => ({
  id: row.id,
  name: row.name,
  sizeBytes: Number(row.size_bytes),
  receivedAt: row.received_at,
  preamble: row.preamble,
  state: row.state,
  pass: row.pass,
  rowsDone: Number(row.rows_done),
  bytesDone: Number(row.bytes_done),
  counts: {
    rows: Number(row.rows),
    stored: Number(row.stored),
    duplicate: Number(row.duplicate),
    corrected: Number(row.corrected),
    nonBillable: Number(row.non_billable),
    quarantined: Number(row.quarantined),
    open: Number(row.open),
  },
});

/** A file as it arrives, known by its content. */
export interface ArrivedFile {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly id: string;
  readonly sha256: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly receivedAt: EpochMs;
}

/**
 * Opens a pass over a file: a new file starts its first, one that was killed in the middle goes on, one that was
 * imported before starts another. received_at stays that of the first arrival, so that a clock check does not change
 * its mind.
 */
export async function openPass(tx: Tx, file: ArrivedFile): Promise<SourceFile> {
  await lockCounts(tx, file.sourceId);
  const { rows } = await tx.query<FileRow>(
    `insert into source_files as f (tenant_id, source_id, id, sha256, name, size_bytes, received_at, state)
     values ($1, $2, $3, $4, $5, $6, $7, 'importing')
     on conflict (source_id, sha256) do update set
       state = 'importing',
       pass = f.pass + (f.state = 'imported')::integer,
       rows_done = case f.state when 'imported' then 0 else f.rows_done end,
       line_done = case f.state when 'imported' then 0 else f.line_done end,
       bytes_done = case f.state when 'imported' then 0 else f.bytes_done end,
       rows = case f.state when 'imported' then 0 else f.rows end,
       stored = case f.state when 'imported' then 0 else f.stored end,
       duplicate = case f.state when 'imported' then 0 else f.duplicate end,
       corrected = case f.state when 'imported' then 0 else f.corrected end,
       non_billable = case f.state when 'imported' then 0 else f.non_billable end,
       quarantined = case f.state when 'imported' then 0 else f.quarantined end,
       open = case f.state when 'imported' then 0 else f.open end
     returning ${COLUMNS}`,
    [file.tenantId, file.sourceId, file.id, file.sha256, file.name, file.sizeBytes, timestampToSql(file.receivedAt)],
  );
  return fileOf(rows[0] as FileRow);
}

/**
 * Moves a file's pass on, in the transaction that stored the rows. False when the pass is not where this import left
 * it: another one is at work on the same file.
 */
export async function advanceFile(
  tx: Tx,
  file: Pick<SourceFile, "id" | "pass">,
  step: {
    readonly rowsBefore: number;
    readonly rowsDone: number;
    readonly lineDone: number;
    readonly bytesDone: number;
    readonly preamble: string;
    readonly counts: RowCounts;
  },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update source_files set rows_done = $2, line_done = $3, bytes_done = $4, preamble = $5
     where id = $1 and pass = $6 and rows_done = $7 and state = 'importing'`,
    [file.id, step.rowsDone, step.lineDone, step.bytesDone, step.preamble, file.pass, step.rowsBefore],
  );
  if (rowCount === 0) return false;
  await recount(tx, new Map([[file.id, step.counts]]));
  return true;
}

/**
 * Lets one transaction at a time move the counts of a source's files, and the quarantine they count, until `tx` ends:
 * rows of one file settle rows of another, in any order. Taken after identities are claimed and before books are
 * locked.
 */
export async function lockCounts(tx: Tx, sourceId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('tollwright.source_files'), hashtext($1))", [sourceId]);
}

/** The same of several sources, one after the other. */
export async function lockCountsOf(tx: Tx, sourceIds: readonly string[]): Promise<void> {
  await tx.prepared(
    "lock-counts",
    `select pg_advisory_xact_lock(hashtext('tollwright.source_files'), lock)
     from (select distinct hashtext(id) as lock from unnest($1::text[]) id order by 1) locks`,
    [textArray(sourceIds)],
  );
}

/** Adds to the counts of files; a row that leaves quarantine or finds its other half is −1 there and +1 in `stored`. */
export async function recount(tx: Tx, deltas: ReadonlyMap<string, RowCounts>): Promise<void> {
  const sorted = [...deltas].sort(([a], [b]) => (a < b ? -1 : 1));
  const column = (pick: (counts: RowCounts) => number) => sorted.map(([, counts]) => pick(counts));
  await tx.query(
    `update source_files f set rows = f.rows + t.rows, stored = f.stored + t.stored,
       duplicate = f.duplicate + t.duplicate, corrected = f.corrected + t.corrected,
       non_billable = f.non_billable + t.non_billable, quarantined = f.quarantined + t.quarantined,
       open = f.open + t.open
     from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
       $8::bigint[]) as t(id, rows, stored, duplicate, corrected, non_billable, quarantined, open)
     where f.id = t.id`,
    [
      sorted.map(([id]) => id),
      column((counts) => counts.rows),
      column((counts) => counts.stored),
      column((counts) => counts.duplicate),
      column((counts) => counts.corrected),
      column((counts) => counts.nonBillable),
      column((counts) => counts.quarantined),
      column((counts) => counts.open),
    ],
  );
}

/** Ends the pass; answers the file as it is now, undefined when another import has begun a further pass. */
export async function closePass(
  tx: Tx,
  { id, pass }: Pick<SourceFile, "id" | "pass">,
): Promise<SourceFile | undefined> {
  const { rows } = await tx.query<FileRow>(
    `update source_files set state = 'imported' where id = $1 and pass = $2 returning ${COLUMNS}`,
    [id, pass],
  );
  return rows[0] && fileOf(rows[0]);
}

/** Whether a file of this content was imported to its end. */
export async function isImported(
  tx: Tx,
  { sourceId, sha256 }: { readonly sourceId: string; readonly sha256: string },
): Promise<boolean> {
  const { rows } = await tx.query(
    "select from source_files where source_id = $1 and sha256 = $2 and state = 'imported'",
    [sourceId, sha256],
  );
  return rows.length > 0;
}

/** A file and whose it is. */
export interface ListedFile extends SourceFile {
  readonly source: string;
}

/** Files of a tenant, of one source of it, or some by id, newest first. */
export async function listFiles(
  tx: Tx,
  filter: {
    readonly tenantId: string;
    readonly sourceId?: string | undefined;
    readonly ids?: readonly string[] | undefined;
    readonly limit: number;
  },
): Promise<readonly ListedFile[]> {
  const { rows } = await tx.query<FileRow & { source: string }>(
    `select (select name from sources s where s.id = f.source_id) as source, ${COLUMNS} from source_files f
     where tenant_id = $1 and ($2::uuid is null or source_id = $2) and ($3::uuid[] is null or id = any($3))
     order by received_at desc, id desc limit $4`,
    [filter.tenantId, filter.sourceId ?? null, filter.ids ?? null, filter.limit],
  );
  return rows.map((row) => ({ ...fileOf(row), source: row.source }));
}
