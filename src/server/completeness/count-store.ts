import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import { eventHours, hasParts, hourOf, PARTS } from "./event-hours.ts";
import type { Period } from "./finding.ts";

/** What became of the rows of one source whose calls began in one hour and came in by one trunk ("": none is named). */
export interface HourCounts {
  readonly sourceId: string;
  readonly hour: EpochMs;
  readonly trunk: string;
  readonly stored: number;
  readonly duplicate: number;
  readonly nonBillable: number;
  readonly quarantined: number;
  readonly open: number;
  /** Stored calls that began then; one made of several rows counts once. */
  readonly calls: number;
  readonly answered: number;
  readonly talkedS: number;
}

interface HourRow {
  readonly source_id: string;
  readonly hour: EpochMs;
  readonly trunk: string;
  readonly stored: string;
  readonly duplicate: string;
  readonly non_billable: string;
  readonly quarantined: string;
  readonly open: string;
  readonly calls: string;
  readonly answered: string;
  readonly talked_s: string;
}

/**
 * Counts rows and calls by source, hour and trunk from where they stand now: usage, or what the archive says of it,
 * parts, quarantine, and what rows left no other trace. Rows without a time of their own are in no hour.
 */
export async function loadHourCounts(
  tx: Tx,
  {
    tenantId,
    sourceIds,
    period,
  }: { readonly tenantId: string; readonly sourceIds: readonly string[]; readonly period: Period },
): Promise<readonly HourCounts[]> {
  const { rows } = await tx.query<HourRow>(
    `with ${PARTS},
     counted as (
       select source_id, hour, trunk, stored, duplicate, 0 as non_billable, 0 as quarantined, 0 as open, calls,
         answered, talked_s
         from (${eventHours(await hasParts(tx, sourceIds))}) as here
       union all
       select h.source_id, h.hour, h.trunk, h.stored, h.duplicate, 0, 0, 0, h.calls, h.answered, h.talked_s
         from archived_hours h join archives a on a.id = h.archive_id and a.state <> 'restored'
         where h.tenant_id = $1 and h.source_id = any($2::uuid[]) and h.hour >= $3 and h.hour < $4
       union all
       select source_id, hour, trunk, 0, known, non_billable, 0, 0, 0, 0, 0 from row_hours
         where tenant_id = $1 and source_id = any($2::uuid[]) and hour >= $3 and hour < $4
       union all
       select source_id, ${hourOf("started_at")}, coalesce(trunk, ''), 0, 0, 0, 1, 0, 0, 0, 0
         from quarantine
         where tenant_id = $1 and source_id = any($2::uuid[]) and state = 'waiting' and not is_part
           and started_at >= $3 and started_at < $4
       union all
       select source_id, ${hourOf("at")}, '', (state = 'stored')::integer, (state = 'duplicate')::integer,
         (state = 'non-billable')::integer, (state = 'quarantined')::integer, (state = 'open')::integer, 0, 0, 0
         from call_parts
         where tenant_id = $1 and source_id = any($2::uuid[]) and at >= $3 and at < $4)
     select source_id, hour, trunk, sum(stored) as stored, sum(duplicate) as duplicate,
       sum(non_billable) as non_billable, sum(quarantined) as quarantined, sum(open) as open, sum(calls) as calls,
       sum(answered) as answered, sum(talked_s) as talked_s
     from counted group by 1, 2, 3 order by 1, 2, 3`,
    [tenantId, sourceIds, timestampToSql(period.from), timestampToSql(period.until)],
  );
  return rows.map((row) => ({
    sourceId: row.source_id,
    hour: row.hour,
    trunk: row.trunk,
    stored: Number(row.stored),
    duplicate: Number(row.duplicate),
    nonBillable: Number(row.non_billable),
    quarantined: Number(row.quarantined),
    open: Number(row.open),
    calls: Number(row.calls),
    answered: Number(row.answered),
    talkedS: Number(row.talked_s),
  }));
}

/** A fault of a file's end that waits in quarantine. */
export interface TrailerFault {
  readonly sourceId: string;
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly fix: string;
  readonly receivedAt: EpochMs;
}

/** Trailers that did not fit, in files that came in the period; one that was dismissed or came right is no fault. */
export async function listTrailerFaults(
  tx: Tx,
  { tenantId, period }: { readonly tenantId: string; readonly period: Period },
): Promise<readonly TrailerFault[]> {
  const { rows } = await tx.query<{
    source_id: string;
    file: string;
    line: string;
    what: string;
    fix: string;
    received_at: EpochMs;
  }>(
    `select q.source_id, f.name as file, q.line, q.what, q.fix, f.received_at
     from quarantine q join source_files f on f.id = q.file_id
     where q.tenant_id = $1 and q.state = 'waiting' and q.code = any($2::text[])
       and f.received_at >= $3 and f.received_at < $4
     order by f.received_at, f.name, q.line`,
    [tenantId, ["trailer-missing", "trailer-mismatch"], timestampToSql(period.from), timestampToSql(period.until)],
  );
  return rows.map(({ source_id, line, received_at, ...rest }) => ({
    ...rest,
    sourceId: source_id,
    line: Number(line),
    receivedAt: received_at,
  }));
}
