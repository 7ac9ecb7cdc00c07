import type { EpochMs } from "../../core/time/epoch.ts";
import { intArray, textArray, timestampArray, uuidArray } from "../db/array-parameter.ts";
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

/** Adds to the counts of files; no two for one file, hour and trunk. */
export async function addRowHours(tx: Tx, hours: readonly (CountedFile & RowHour)[]): Promise<void> {
  if (hours.length === 0) return;
  const sorted = hours.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  await tx.prepared(
    "add-row-hours",
    `insert into row_hours as h (tenant_id, source_id, file_id, hour, trunk, known, non_billable)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::integer[],
       $7::integer[])
     on conflict (file_id, hour, trunk) do update set
       known = h.known + excluded.known, non_billable = h.non_billable + excluded.non_billable`,
    [
      uuidArray(sorted.map(({ tenantId }) => tenantId)),
      uuidArray(sorted.map(({ sourceId }) => sourceId)),
      uuidArray(sorted.map(({ fileId }) => fileId)),
      timestampArray(sorted.map(({ hour }) => hour)),
      textArray(sorted.map(({ trunk }) => trunk)),
      intArray(sorted.map(({ known }) => known)),
      intArray(sorted.map(({ nonBillable }) => nonBillable)),
    ],
  );
}

/** Rows of the table are locked in this order, by everybody. */
const keyOf = ({ fileId, hour, trunk }: CountedFile & RowHour): string => `${fileId} ${hour} ${trunk}`;

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
