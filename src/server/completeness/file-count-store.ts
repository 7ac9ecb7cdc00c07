import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { RowCounts } from "../mediation/find-imports.ts";
import type { Period } from "./finding.ts";

/** A file that came in a period, with what became of its rows. */
export interface FileCounts {
  readonly id: string;
  readonly sourceId: string;
  readonly name: string;
  readonly receivedAt: EpochMs;
  readonly isImporting: boolean;
  readonly counts: RowCounts;
  /** Rows that no hour counts: they tell of no call with a time. Below 0, an hour counts a row that is not there. */
  readonly withoutHour: number;
}

/** Files, and days of rows that came in none, received in a period; the oldest first. */
export async function listFileCounts(
  tx: Tx,
  args: { readonly tenantId: string; readonly sourceIds: readonly string[]; readonly period: Period },
): Promise<readonly FileCounts[]> {
  const { rows } = await tx.query<{
    id: string;
    source_id: string;
    name: string;
    received_at: EpochMs;
    is_importing: boolean;
    rows: string;
    stored: string;
    duplicate: string;
    corrected: string;
    non_billable: string;
    quarantined: string;
    open: string;
    in_hours: string;
  }>(
    `with files as materialized (
       select * from source_files
       where tenant_id = $1 and source_id = any($2::uuid[]) and received_at >= $3 and received_at < $4),
     counted as (
       select file_id, sum(rows) as rows from (
         select file_id, known + non_billable as rows from row_hours where file_id in (select id from files)
         union all
         select file_id, count(*) from call_parts where file_id in (select id from files) group by 1
         union all
         select file_id, count(*) from quarantine where file_id in (select id from files) and state = 'waiting'
           and not is_part and started_at is not null group by 1) as each
       group by 1)
     select id, source_id, name, received_at, state = 'importing' as is_importing, f.rows, stored, duplicate, corrected,
       non_billable, quarantined, open, coalesce(counted.rows, 0) as in_hours
     from files f left join counted on counted.file_id = f.id
     order by received_at, name, id`,
    [args.tenantId, args.sourceIds, timestampToSql(args.period.from), timestampToSql(args.period.until)],
  );
  return rows.map((row) => ({
    id: row.id,
    sourceId: row.source_id,
    name: row.name,
    receivedAt: row.received_at,
    isImporting: row.is_importing,
    counts: {
      rows: Number(row.rows),
      stored: Number(row.stored),
      duplicate: Number(row.duplicate),
      corrected: Number(row.corrected),
      nonBillable: Number(row.non_billable),
      quarantined: Number(row.quarantined),
      open: Number(row.open),
    },
    withoutHour: Number(row.rows) - Number(row.in_hours),
  }));
}
