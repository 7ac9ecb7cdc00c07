import type { RejectCode } from "../../core/reject.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { LineFate } from "./line-fates.ts";

/** One row of a file, and what became of it. */
export interface FileLine {
  readonly line: number;
  readonly fate: LineFate;
  /** The switch's own key of the call; null where the row could not be read that far. */
  readonly key: string | null;
  /** When its call began, or the row says it happened. */
  readonly at: EpochMs | null;
  /** Why it waits; null for others. */
  readonly code: RejectCode | null;
  /** Why it has this fate, as a sentence; "" for a stored call. */
  readonly why: string;
}

/** A file whose lines are asked for. */
export interface NamedFile {
  readonly id: string;
  readonly sourceId: string;
  readonly source: string;
  readonly name: string;
  readonly sha256: string;
  readonly receivedAt: EpochMs;
}

/** Files of that name or id, newest first. */
export async function findNamedFiles(
  tx: Tx,
  { tenantId, name, sourceId }: { readonly tenantId: string; readonly name: string; readonly sourceId: string | null },
): Promise<readonly NamedFile[]> {
  const { rows } = await tx.query<{
    id: string;
    source_id: string;
    source: string;
    name: string;
    sha256: string;
    received_at: EpochMs;
  }>(
    `select f.id, f.source_id, s.name as source, f.name, f.sha256, f.received_at
     from source_files f join sources s on s.id = f.source_id
     where f.tenant_id = $1 and (f.name = $2 or f.id::text = lower($2)) and ($3::uuid is null or f.source_id = $3)
     order by f.received_at desc, f.id desc limit 5`,
    [tenantId, name, sourceId],
  );
  return rows.map(({ source_id, received_at, ...rest }) => ({ ...rest, sourceId: source_id, receivedAt: received_at }));
}

/**
 * The lines of a file that are kept somewhere: calls that it stored, parts of calls, rows that wait. Duplicates and
 * rows that are not billable leave no line of their own.
 */
export async function listKeptLines(
  tx: Tx,
  { fileId, fate, limit }: { readonly fileId: string; readonly fate: LineFate | null; readonly limit: number },
): Promise<readonly FileLine[]> {
  const { rows } = await tx.query<{
    line: string;
    fate: LineFate;
    key: string | null;
    at: EpochMs | null;
    code: RejectCode | null;
    why: string;
  }>(
    `select * from (
       select distinct on (line) line, fate, key, at, code, why from (
         select p.line, p.state as fate, p.call_key as key, p.at, q.code,
           coalesce(q.what, case p.state
             when 'open' then 'Waits for the rest of its call.'
             when 'stored' then 'Part of a stored call.'
             when 'duplicate' then 'Its call has a better row of this kind, or came another way.'
             else '' end) as why, 1 as rank
         from call_parts p left join quarantine q on q.source_id = p.source_id and q.raw_hash = p.raw_hash
           and q.state = 'waiting'
         where p.file_id = $1
         union all
         select line, 'quarantined', null, started_at, code, what, 2 from quarantine
           where file_id = $1 and state = 'waiting' and not is_part
         union all
         select line, 'non-billable', null, started_at, null, 'Dismissed: no call to be charged.', 3 from quarantine
           where file_id = $1 and state = 'dismissed'
         union all
         select e.line, 'stored', e.call_key, e.started_at, null, '', 4
           from usage_events e where e.batch_id in (select id from batches where file_id = $1)) as kept
       order by line, rank) as lines
     where $2::text is null or fate = $2 order by line limit $3`,
    [fileId, fate, limit],
  );
  return rows.map(({ line, ...rest }) => ({ ...rest, line: Number(line) }));
}

/** Where a row is kept. */
export interface KeptPlace {
  readonly file: string;
  readonly line: number;
}

/** Where usage events stand, by their ids; of one tenant. */
export async function findEventPlaces(
  tx: Tx,
  { tenantId, ids }: { readonly tenantId: string; readonly ids: readonly string[] },
): Promise<ReadonlyMap<string, KeptPlace>> {
  const { rows } = await tx.query<{ id: string; file: string | null; line: string }>(
    `select e.id, f.name as file, e.line
     from usage_identities i
       join usage_events e on e.book_id = i.book_id and e.started_at = i.started_at and e.id = i.id
       join batches b on b.id = e.batch_id left join source_files f on f.id = b.file_id
     where i.id = any($2::uuid[]) and e.tenant_id = $1`,
    [tenantId, ids],
  );
  return new Map(rows.map(({ id, file, line }) => [id, { file: file ?? "a live session", line: Number(line) }]));
}

/** Where rows of a text were set aside, by the hash of the text. */
export async function findWaitingPlaces(
  tx: Tx,
  { sourceId, rawHashes }: { readonly sourceId: string; readonly rawHashes: readonly string[] },
): Promise<ReadonlyMap<string, KeptPlace>> {
  const { rows } = await tx.query<{ raw_hash: string; file: string; line: string }>(
    `select q.raw_hash, f.name as file, q.line from quarantine q join source_files f on f.id = q.file_id
     where q.source_id = $1 and q.raw_hash = any($2::uuid[])`,
    [sourceId, rawHashes],
  );
  return new Map(rows.map(({ raw_hash, file, line }) => [raw_hash, { file, line: Number(line) }]));
}
