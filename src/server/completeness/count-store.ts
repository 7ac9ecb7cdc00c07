import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
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

/** The hour of a time; half as expensive as date_trunc(). */
const hourOf = (column: string) => `date_bin('1 hour', ${column}, '2000-01-01Z')`;
const HOUR_AND_TRUNK = `${hourOf("e.started_at")} as hour, coalesce(e.ingress_trunk, '') as trunk`;

/**
 * Takes the events out that kept parts were made into: their rows are counted as those. Two joins and no `or`, so that
 * the server hashes the parts, however many they are.
 */
const OF_PARTS = ["e.call_key", "'[' || to_json(e.call_key) || ',' || to_json(e.leg) || ']'"]
  .map(
    (key) => `union all
       select e.source_id, ${HOUR_AND_TRUNK}, -count(*), count(*), 0, 0, 0, 0, 0, 0
         from usage_events e join parts p on p.source_id = e.source_id and p.call_key = ${key}
         where e.tenant_id = $1 and e.source_id = any($2::uuid[]) and e.started_at >= $3 and e.started_at < $4
         group by 1, 2, 3`,
  )
  .join("\n");

/** Whether any of the sources keeps parts of calls: otherwise its usage is read once and not three times. */
async function hasParts(tx: Tx, sourceIds: readonly string[]): Promise<boolean> {
  const { rows } = await tx.query(
    `select from unnest($1::uuid[]) as s(id) where exists (select from call_parts p where p.source_id = s.id) limit 1`,
    [sourceIds],
  );
  return rows.length > 0;
}

/**
 * Counts rows and calls by source, hour and trunk from where they stand now: usage, parts, quarantine, and what rows
 * left no other trace. Rows without a time of their own are in no hour.
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
    `with parts as materialized (
       select distinct source_id, call_key from call_parts where tenant_id = $1 and source_id = any($2::uuid[])),
     counted as (
       select e.source_id, ${HOUR_AND_TRUNK}, count(*) as stored, -count(*) as duplicate, 0 as non_billable,
         0 as quarantined, 0 as open, count(*) as calls, count(answered_at) as answered, sum(talked_s) as talked_s
         from usage_events e
         where tenant_id = $1 and source_id = any($2::uuid[]) and started_at >= $3 and started_at < $4
         group by 1, 2, 3
       ${(await hasParts(tx, sourceIds)) ? OF_PARTS : ""}
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
