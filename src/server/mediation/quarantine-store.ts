import type { Reject, RejectCode } from "../../core/reject.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { uuidArray } from "../db/array-parameter.ts";
import type { Tx } from "../db/tx.ts";

export type QuarantineState = "waiting" | "released" | "dismissed";

/** A row that could not be used, as it arrived. */
export interface RejectedRow {
  readonly id: string;
  readonly rawHash: string;
  readonly line: number;
  readonly raw: string;
  readonly isPart: boolean;
  readonly reject: Reject;
}

/** A row that is in quarantine, or was. */
export interface QuarantinedRow {
  readonly id: string;
  readonly sourceId: string;
  readonly fileId: string;
  readonly line: number;
  readonly rawHash: string;
  readonly raw: string;
  readonly isPart: boolean;
  readonly state: QuarantineState;
  /**
   * Whether its file's counts include it: a file in the middle of a further pass has not come to its later rows yet.
   */
  readonly counted: boolean;
}

/**
 * Puts rows into quarantine; a row that is there already keeps its place and gets the newest reason. Answers each row
 * as it stands now, by the hash of its text, so that the caller can tell a new one from one that was there.
 */
export async function quarantineRows(
  tx: Tx,
  origin: { readonly tenantId: string; readonly sourceId: string; readonly fileId: string },
  rows: readonly RejectedRow[],
): Promise<ReadonlyMap<string, QuarantinedRow>> {
  if (rows.length === 0) return new Map();
  await tx.query(
    `insert into quarantine as q (tenant_id, source_id, file_id, id, line, code, what, fix, raw, raw_hash, is_part,
      state)
     select $1::uuid, $2::uuid, $3::uuid, t.*, 'waiting'
     from unnest($4::uuid[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::uuid[],
       $11::boolean[]) as t
     on conflict (source_id, raw_hash) do update
       set code = excluded.code, what = excluded.what, fix = excluded.fix, attempts = q.attempts + 1
       where q.state = 'waiting'`,
    [
      origin.tenantId,
      origin.sourceId,
      origin.fileId,
      rows.map((row) => row.id),
      rows.map((row) => row.line),
      rows.map((row) => row.reject.code),
      rows.map((row) => row.reject.what),
      rows.map((row) => row.reject.fix),
      rows.map((row) => row.raw.replaceAll("\0", "\uFFFD")),
      rows.map((row) => row.rawHash),
      rows.map((row) => row.isPart),
    ],
  );
  return findQuarantined(
    tx,
    origin.sourceId,
    rows.map((row) => row.rawHash),
  );
}

/** The rows of a source that are or were in quarantine, by the hash of their text. */
export async function findQuarantined(
  tx: Tx,
  sourceId: string,
  rawHashes: readonly string[],
): Promise<ReadonlyMap<string, QuarantinedRow>> {
  const { rows } = await tx.query<{
    id: string;
    file_id: string;
    line: string;
    raw_hash: string;
    raw: string;
    is_part: boolean;
    state: QuarantineState;
    counted: boolean;
  }>(
    `select q.id, q.file_id, q.line, q.raw_hash, q.raw, q.is_part, q.state,
       (f.state = 'imported' or q.line <= f.line_done) as counted
     from quarantine q join source_files f on f.id = q.file_id
     where q.source_id = $1 and q.raw_hash = any($2::uuid[]) order by q.raw_hash for update of q`,
    [sourceId, rawHashes],
  );
  return new Map(
    rows.map((row) => [
      row.raw_hash,
      {
        id: row.id,
        sourceId,
        fileId: row.file_id,
        line: Number(row.line),
        rawHash: row.raw_hash,
        raw: row.raw,
        isPart: row.is_part,
        state: row.state,
        counted: row.counted,
      },
    ]),
  );
}

/** Whether anything of the source waits in quarantine: if not, arriving rows need not be looked up there. */
export async function hasWaiting(tx: Tx, sourceId: string): Promise<boolean> {
  const { rows } = await tx.query("select from quarantine where source_id = $1 and state = 'waiting' limit 1", [
    sourceId,
  ]);
  return rows.length > 0;
}

/** Of sources, those of which something waits in quarantine. */
export async function sourcesWaiting(tx: Tx, sourceIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.prepared<{ id: string }>(
    "sources-waiting",
    `select wanted as id from unnest($1::uuid[]) wanted
     where exists (select from quarantine where source_id = wanted and state = 'waiting' offset 0)`,
    [uuidArray(sourceIds)],
  );
  return new Set(rows.map(({ id }) => id));
}

/** A waiting row that is the last of its file. */
export interface LastRow {
  readonly rawHash: string;
  readonly line: number;
  /** The file's. */
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The last rows of a source's files of less than `sizeBytes`, where they wait in quarantine. */
export async function findLastRows(
  tx: Tx,
  {
    tenantId,
    sourceId,
    sizeBytes,
  }: { readonly tenantId: string; readonly sourceId: string; readonly sizeBytes: number },
): Promise<readonly LastRow[]> {
  const { rows } = await tx.query<{ raw_hash: string; line: string; size_bytes: string; sha256: string }>(
    `select q.raw_hash, q.line, f.size_bytes, f.sha256
     from source_files f join quarantine q on q.file_id = f.id and q.line = f.line_done
     where f.tenant_id = $1 and f.source_id = $2 and f.state = 'imported' and f.quarantined > 0 and f.size_bytes < $3
       and q.tenant_id = $1 and q.state = 'waiting' and not q.is_part`,
    [tenantId, sourceId, sizeBytes],
  );
  return rows.map(({ raw_hash, line, size_bytes, sha256 }) => {
    return { rawHash: raw_hash, line: Number(line), sizeBytes: Number(size_bytes), sha256 };
  });
}

/** Marks rows as released (stored after all) or dismissed (not to be charged). */
export async function decideQuarantined(
  tx: Tx,
  ids: readonly string[],
  state: "released" | "dismissed",
): Promise<void> {
  if (ids.length === 0) return;
  await tx.query("update quarantine set state = $2, decided_at = now() where id = any($1::uuid[])", [ids, state]);
}

/** Gives a waiting row a corrected text, which is read instead of the one that came. */
export async function correctQuarantined(tx: Tx, row: { readonly id: string; readonly raw: string }): Promise<void> {
  await tx.query("update quarantine set corrected_raw = $2 where id = $1", [row.id, row.raw]);
}

/** What to list or retry. */
export interface QuarantineFilter {
  readonly tenantId: string;
  readonly sourceId?: string | undefined;
  readonly code?: string | undefined;
  /** Text that the row must contain. */
  readonly contains?: string | undefined;
  readonly ids?: readonly string[] | undefined;
  /** Only those behind the row of this id. */
  readonly behindId?: string | undefined;
  readonly limit: number;
}

/** A waiting row as an operator sees it. */
export interface WaitingRow extends QuarantinedRow {
  readonly source: string;
  readonly file: string;
  readonly preamble: string;
  /** What an operator made of the row; null: nothing. */
  readonly correctedRaw: string | null;
  /** When the file first arrived: what a clock is checked against. */
  readonly receivedAt: EpochMs;
  readonly code: RejectCode;
  readonly what: string;
  readonly fix: string;
  readonly attempts: number;
  readonly createdAt: EpochMs;
}

/** Waiting rows, oldest first. */
export async function listWaiting(tx: Tx, filter: QuarantineFilter): Promise<readonly WaitingRow[]> {
  const { rows } = await tx.query<{
    id: string;
    source_id: string;
    source: string;
    file_id: string;
    file: string;
    preamble: string;
    received_at: EpochMs;
    line: string;
    code: RejectCode;
    what: string;
    fix: string;
    raw: string;
    corrected_raw: string | null;
    raw_hash: string;
    is_part: boolean;
    attempts: number;
    created_at: EpochMs;
  }>(
    `select q.id, q.source_id, s.name as source, q.file_id, f.name as file, f.preamble, f.received_at, q.line,
      q.code, q.what, q.fix, q.raw, q.corrected_raw,
       q.raw_hash, q.is_part, q.attempts, q.created_at
     from quarantine q join sources s on s.id = q.source_id join source_files f on f.id = q.file_id
     where q.tenant_id = $1 and q.state = 'waiting' and ($2::uuid is null or q.source_id = $2)
       and ($3::text is null or q.code = $3) and ($4::text is null or position($4 in q.raw) > 0)
       and ($5::uuid[] is null or q.id = any($5))
       and ($7::uuid is null
         or (q.created_at, q.line, q.id) > (select b.created_at, b.line, b.id from quarantine b where b.id = $7))
     order by q.created_at, q.line, q.id limit $6`,
    [
      filter.tenantId,
      filter.sourceId ?? null,
      filter.code ?? null,
      filter.contains ?? null,
      filter.ids ?? null,
      filter.limit,
      filter.behindId ?? null,
    ],
  );
  return rows.map((row) => ({
    id: row.id,
    sourceId: row.source_id,
    source: row.source,
    fileId: row.file_id,
    file: row.file,
    preamble: row.preamble,
    receivedAt: row.received_at,
    line: Number(row.line),
    code: row.code,
    what: row.what,
    fix: row.fix,
    raw: row.raw,
    correctedRaw: row.corrected_raw,
    rawHash: row.raw_hash,
    isPart: row.is_part,
    state: "waiting",
    counted: true,
    attempts: row.attempts,
    createdAt: row.created_at,
  }));
}

/** Rows of one file that wait for the same reason, and the first of them. */
export interface QuarantineReason {
  readonly code: RejectCode;
  readonly rows: number;
  readonly line: number;
  readonly what: string;
  readonly fix: string;
}

/** Rows that wait, by source. */
export async function countQuarantined(tx: Tx, tenantId: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await tx.query<{ source_id: string; rows: string }>(
    "select source_id, count(*) as rows from quarantine where tenant_id = $1 and state = 'waiting' group by source_id",
    [tenantId],
  );
  return new Map(rows.map((row) => [row.source_id, Number(row.rows)]));
}

/** Why rows of a file wait, the most frequent reason first. */
export async function countReasons(tx: Tx, fileId: string): Promise<readonly QuarantineReason[]> {
  const { rows } = await tx.query<{ code: RejectCode; rows: string; line: string; what: string; fix: string }>(
    `select * from (
       select distinct on (code) code, count(*) over (partition by code) as rows, line, what, fix
       from quarantine where file_id = $1 and state = 'waiting' order by code, line
     ) reasons order by rows desc, code`,
    [fileId],
  );
  return rows.map((row) => ({ ...row, rows: Number(row.rows), line: Number(row.line) }));
}

/** Why a row waits. */
export interface WaitingReason {
  readonly code: string;
  readonly what: string;
  readonly fix: string;
}

/** Why rows of a source wait, by the hash of their text. */
export async function reasonsByHash(
  tx: Tx,
  sourceId: string,
  rawHashes: readonly string[],
): Promise<ReadonlyMap<string, WaitingReason>> {
  const { rows } = await tx.query<WaitingReason & { raw_hash: string }>(
    `select raw_hash, code, what, fix from quarantine
     where source_id = $1 and raw_hash = any($2::uuid[]) and state = 'waiting'`,
    [sourceId, rawHashes],
  );
  return new Map(rows.map(({ raw_hash, code, what, fix }) => [raw_hash, { code, what, fix }]));
}
