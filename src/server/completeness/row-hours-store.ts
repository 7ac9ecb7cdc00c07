import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";

/** Whose rows are counted. */
export interface CountedFile {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly fileId: string;
}

/** Rows of one file for whole calls that began in one hour and came in by one trunk ("": none is named). */
export interface RowHour {
  readonly hour: EpochMs;
  readonly trunk: string;
  /** Stored, or found to be stored already. */
  readonly known: number;
  readonly nonBillable: number;
}

/** Adds to the counts of a file. */
export async function addRowHours(tx: Tx, file: CountedFile, hours: readonly RowHour[]): Promise<void> {
  if (hours.length === 0) return;
  await tx.query(
    `insert into row_hours as h (tenant_id, source_id, file_id, hour, trunk, known, non_billable)
     select $1::uuid, $2::uuid, $3::uuid, t.*
     from unnest($4::timestamptz[], $5::text[], $6::bigint[], $7::bigint[]) as t
     on conflict (file_id, hour, trunk) do update set
       known = h.known + excluded.known, non_billable = h.non_billable + excluded.non_billable`,
    [
      ...[file.tenantId, file.sourceId, file.fileId],
      hours.map(({ hour }) => timestampToSql(hour)),
      hours.map(({ trunk }) => trunk),
      hours.map(({ known }) => known),
      hours.map(({ nonBillable }) => nonBillable),
    ],
  );
}

/** A further pass over a file counts its rows anew. */
export async function forgetRowHours(tx: Tx, fileId: string): Promise<void> {
  await tx.query("delete from row_hours where file_id = $1", [fileId]);
}

/** A row that waits, and the call that it tells of. */
export interface WaitingPlace {
  readonly rawHash: string;
  readonly startedAt: EpochMs;
  readonly trunk: string;
}

/** Says of rows in quarantine where they belong. */
export async function placeWaiting(tx: Tx, sourceId: string, places: readonly WaitingPlace[]): Promise<void> {
  if (places.length === 0) return;
  await tx.query(
    `update quarantine q set started_at = t.started_at, trunk = t.trunk
     from unnest($2::uuid[], $3::timestamptz[], $4::text[]) as t(raw_hash, started_at, trunk)
     where q.source_id = $1 and q.raw_hash = t.raw_hash`,
    [
      sourceId,
      places.map(({ rawHash }) => rawHash),
      places.map(({ startedAt }) => timestampToSql(startedAt)),
      places.map(({ trunk }) => trunk),
    ],
  );
}
