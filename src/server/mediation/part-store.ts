import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { RowFate } from "./arrived-row.ts";

/** A kept row's fate in its file's counts. */
export type PartState = Exclude<RowFate, "corrected">;

/** A row that is part of a call, as it is kept. */
export interface CallPart {
  readonly callKey: string;
  readonly rawHash: string;
  readonly fileId: string;
  readonly line: number;
  readonly raw: string;
  readonly at: EpochMs;
  readonly state: PartState;
}

/** A kept part with what is needed to read it again. */
export interface KeptPart extends CallPart {
  readonly preamble: string;
  /** When its file first arrived: what its clock is checked against. */
  readonly receivedAt: EpochMs;
  /**
   * Whether its file's counts include it: a file in the middle of a further pass has not come to its later rows yet.
   */
  readonly counted: boolean;
}

interface PartRow {
  readonly call_key: string;
  readonly raw_hash: string;
  readonly file_id: string;
  readonly line: string;
  readonly raw: string;
  readonly at: EpochMs;
  readonly state: PartState;
  readonly preamble: string;
  readonly received_at: EpochMs;
  readonly counted: boolean;
}

/**
 * Lets one transaction at a time put the calls of a source together, until `tx` ends. Two files that bring the two
 * halves of a call at once would otherwise each find the other half missing, and keep its own as open for ever. Taken
 * before identities are claimed.
 */
export async function lockParts(tx: Tx, sourceId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('tollwright.call_parts'), hashtext($1))", [sourceId]);
}

/** Locks and loads all kept parts of these calls. */
export async function loadParts(tx: Tx, sourceId: string, callKeys: readonly string[]): Promise<readonly KeptPart[]> {
  const { rows } = await tx.query<PartRow>(
    `select p.call_key, p.raw_hash, p.file_id, p.line, p.raw, p.at, p.state, f.preamble, f.received_at,
       (f.state = 'imported' or p.line <= f.line_done) as counted
     from call_parts p join source_files f on f.id = p.file_id
     where p.source_id = $1 and p.call_key = any($2::text[])
     order by p.call_key, p.raw_hash for update of p`,
    [sourceId, callKeys],
  );
  return rows.map((row) => ({
    callKey: row.call_key,
    rawHash: row.raw_hash,
    fileId: row.file_id,
    line: Number(row.line),
    raw: row.raw,
    at: row.at,
    state: row.state,
    preamble: row.preamble,
    receivedAt: row.received_at,
    counted: row.counted,
  }));
}

/** Inserts new parts, and moves kept ones to their new state and time. */
export async function saveParts(
  tx: Tx,
  { tenantId, sourceId }: { readonly tenantId: string; readonly sourceId: string },
  parts: readonly CallPart[],
): Promise<void> {
  if (parts.length === 0) return;
  await tx.query(
    `insert into call_parts (tenant_id, source_id, call_key, raw_hash, file_id, line, raw, at, state)
     select $1::uuid, $2::uuid, t.* from unnest($3::text[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[],
       $8::timestamptz[],
       $9::text[]) as t
     on conflict (source_id, call_key, raw_hash) do update set state = excluded.state, at = excluded.at`,
    [
      tenantId,
      sourceId,
      parts.map((part) => part.callKey),
      parts.map((part) => part.rawHash),
      parts.map((part) => part.fileId),
      parts.map((part) => part.line),
      parts.map((part) => part.raw),
      parts.map((part) => timestampToSql(part.at)),
      parts.map((part) => part.state),
    ],
  );
}

/** A part that waits for the rest of its call. */
export interface OpenPart {
  readonly source: string;
  readonly file: string;
  readonly line: number;
  readonly callKey: string;
  readonly at: EpochMs;
  readonly raw: string;
}

/** Open parts of a tenant, or of one source of it, oldest first. */
export async function listOpenParts(
  tx: Tx,
  filter: { readonly tenantId: string; readonly sourceId?: string | undefined; readonly limit: number },
): Promise<readonly OpenPart[]> {
  const { rows } = await tx.query<{
    source: string;
    file: string;
    line: string;
    call_key: string;
    at: EpochMs;
    raw: string;
  }>(
    `select s.name as source, f.name as file, p.line, p.call_key, p.at, p.raw
     from call_parts p join sources s on s.id = p.source_id join source_files f on f.id = p.file_id
     where p.tenant_id = $1 and p.state = 'open' and ($2::uuid is null or p.source_id = $2)
     order by p.at, p.call_key limit $3`,
    [filter.tenantId, filter.sourceId ?? null, filter.limit],
  );
  return rows.map((row) => ({
    source: row.source,
    file: row.file,
    line: Number(row.line),
    callKey: row.call_key,
    at: row.at,
    raw: row.raw,
  }));
}
