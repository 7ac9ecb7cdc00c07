import { uuidv7 } from "../../clock.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { Finding, FindingKind } from "./finding.ts";

/** Something that somebody should look at, from when it was seen until it was over. */
export interface Alarm {
  readonly id: string;
  readonly kind: FindingKind;
  readonly source: string;
  readonly subject: string;
  readonly what: string;
  readonly fix: string;
  /** When the trouble was. */
  readonly at: EpochMs;
  readonly raisedAt: EpochMs;
  /** null: the trouble is still there. */
  readonly clearedAt: EpochMs | null;
  readonly acknowledgedAt: EpochMs | null;
  readonly acknowledgedBy: string | null;
}

interface AlarmRow {
  readonly id: string;
  readonly kind: FindingKind;
  readonly source: string;
  readonly subject: string;
  readonly what: string;
  readonly fix: string;
  readonly at: EpochMs;
  readonly raised_at: EpochMs;
  readonly cleared_at: EpochMs | null;
  readonly acknowledged_at: EpochMs | null;
  readonly acknowledged_by: string | null;
}

const COLUMNS = `a.id, a.kind, (select s.name from sources s where s.id = a.source_id) as source, a.subject, a.what,
  a.fix, a.at, a.raised_at, a.cleared_at, a.acknowledged_at, a.acknowledged_by`;

const alarmOf = (row: AlarmRow): Alarm => ({
  id: row.id,
  kind: row.kind,
  source: row.source,
  subject: row.subject,
  what: row.what,
  fix: row.fix,
  at: row.at,
  raisedAt: row.raised_at,
  clearedAt: row.cleared_at,
  acknowledgedAt: row.acknowledged_at,
  acknowledgedBy: row.acknowledged_by,
});

/** Lets one check of a tenant at a time raise and clear, until `tx` ends. */
export async function lockAlarms(tx: Tx, tenantId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('tollwright.alarms'), hashtext($1))", [tenantId]);
}

/** Raises an alarm for each finding that has none; answers those that are new. Others get the newest text. */
export async function raiseAlarms(tx: Tx, tenantId: string, findings: readonly Finding[]): Promise<readonly Alarm[]> {
  if (findings.length === 0) return [];
  const { rows } = await tx.query<AlarmRow & { is_new: boolean }>(
    `insert into alarms as a (tenant_id, id, source_id, kind, subject, what, fix, at)
     select $1::uuid, t.* from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::timestamptz[]) as t
     on conflict (source_id, kind, subject) where cleared_at is null do update set
       what = excluded.what, fix = excluded.fix
     returning ${COLUMNS}, a.xmax = 0 as is_new`,
    [
      tenantId,
      findings.map(() => uuidv7()),
      findings.map(({ sourceId }) => sourceId),
      findings.map(({ kind }) => kind),
      findings.map(({ subject }) => subject),
      findings.map(({ what }) => what),
      findings.map(({ fix }) => fix),
      findings.map(({ at }) => timestampToSql(at)),
    ],
  );
  return rows.filter(({ is_new }) => is_new).map(alarmOf);
}

/** What was looked at of one source and found in order, but for `present`: its other alarms are over. */
export interface Cleared {
  readonly sourceId: string;
  readonly kind: FindingKind;
  /** Alarms of an earlier trouble were not looked at; null: all were. */
  readonly since: EpochMs | null;
  readonly present: readonly string[];
}

/** Clears alarms whose trouble is over; answers them. */
export async function clearAlarms(tx: Tx, { sourceId, kind, since, present }: Cleared): Promise<readonly Alarm[]> {
  const { rows } = await tx.query<AlarmRow>(
    `update alarms a set cleared_at = now()
     where a.source_id = $1 and a.kind = $2 and a.cleared_at is null and ($3::timestamptz is null or a.at >= $3)
       and a.subject <> all($4::text[])
     returning ${COLUMNS}`,
    [sourceId, kind, since === null ? null : timestampToSql(since), present],
  );
  return rows.map(alarmOf);
}

/** Which alarms to list. */
export interface AlarmFilter {
  readonly tenantId: string;
  readonly sourceId?: string | undefined;
  /** Cleared and acknowledged ones as well. */
  readonly isAll: boolean;
  readonly limit: number;
}

/** Alarms, newest first. */
export async function listAlarms(tx: Tx, filter: AlarmFilter): Promise<readonly Alarm[]> {
  const { rows } = await tx.query<AlarmRow>(
    `select ${COLUMNS} from alarms a
     where a.tenant_id = $1 and ($2::uuid is null or a.source_id = $2)
       and ($3 or (a.cleared_at is null and a.acknowledged_at is null))
     order by a.raised_at desc, a.id desc limit $4`,
    [filter.tenantId, filter.sourceId ?? null, filter.isAll, filter.limit],
  );
  return rows.map(alarmOf);
}

/** Says that somebody has seen the alarm; the first one stays named. undefined: there is no such alarm. */
export async function acknowledge(tx: Tx, { id, author }: { readonly id: string; readonly author: string }) {
  const { rows } = await tx.query<AlarmRow>(
    `update alarms a set acknowledged_at = coalesce(a.acknowledged_at, now()),
       acknowledged_by = coalesce(a.acknowledged_by, $2)
     where a.id = $1 returning ${COLUMNS}`,
    [id, author],
  );
  return rows[0] && alarmOf(rows[0]);
}

/** Alarms of all tenants that nobody has acknowledged and that are not over. */
export async function countAlarms(tx: Tx): Promise<number> {
  const { rows } = await tx.query<{ alarms: string }>(
    "select count(*) as alarms from alarms where cleared_at is null and acknowledged_at is null",
  );
  return Number(rows[0]?.alarms);
}
