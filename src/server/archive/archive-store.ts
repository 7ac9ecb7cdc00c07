import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { Archive, ArchiveFile } from "./archive.ts";
import { firstDay } from "./month.ts";
import type { MonthOfTenant } from "./rows-store.ts";

/** A tenant's parts, in order of month and part. */
export async function loadArchives(tx: Tx, tenantId: string): Promise<readonly Archive[]> {
  const { rows } = await tx.query<{
    id: string;
    month: string;
    part: number;
    state: Archive["state"];
    calls: string;
    archived_at: EpochMs;
    archived_by: string;
    ended_at: EpochMs | null;
    ended_by: string | null;
    files: ArchiveFile[];
  }>(
    `select a.id, to_char(a.month, 'YYYY-MM') as month, a.part, a.state, a.calls, a.archived_at, a.archived_by, a.ended_at,
       a.ended_by, (
         select jsonb_agg(jsonb_build_object('table', f.table_name, 'file', f.file, 'bytes', f.bytes, 'sha256', f.sha256,
           'rows', f.rows, 'figures', f.figures) order by f.table_name desc)
         from archive_files f where f.archive_id = a.id) as files
     from archives a where a.tenant_id = $1 order by a.month, a.part`,
    [tenantId],
  );
  return rows.map((row) => ({
    id: row.id,
    month: row.month,
    part: row.part,
    state: row.state,
    calls: Number(row.calls),
    archivedAt: row.archived_at,
    archivedBy: row.archived_by,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
    files: row.files,
  }));
}

/** The number that a month's next part has. */
export async function nextPart(tx: Tx, { tenantId, month }: MonthOfTenant): Promise<number> {
  const { rows } = await tx.query<{ part: number }>(
    "select coalesce(max(part), 0) + 1 as part from archives where tenant_id = $1 and month = $2",
    [tenantId, firstDay(month)],
  );
  return rows[0]?.part ?? 1;
}

/** Notes a part and its files. */
export async function insertArchive(
  tx: Tx,
  { tenantId, month }: MonthOfTenant,
  archive: Pick<Archive, "id" | "part" | "calls" | "archivedBy" | "files">,
): Promise<void> {
  await tx.query(
    `insert into archives (tenant_id, id, month, part, state, calls, archived_by) values ($1, $2, $3, $4, 'archived', $5, $6)`,
    [tenantId, archive.id, firstDay(month), archive.part, archive.calls, archive.archivedBy],
  );
  for (const { table, file, bytes, sha256, rows, figures } of archive.files)
    await tx.query(
      `insert into archive_files (tenant_id, archive_id, table_name, file, bytes, sha256, rows, figures)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [tenantId, archive.id, table, file, bytes, sha256, rows, JSON.stringify(figures)],
    );
}

/** Ends parts that are in the archive, by id; answers how many of them still were. */
export async function endArchives(
  tx: Tx,
  { ids, state, endedBy }: { ids: readonly string[]; state: "restored" | "deleted"; endedBy: string },
): Promise<number> {
  const { rowCount } = await tx.query(
    `update archives set state = $2, ended_at = now(), ended_by = $3 where id = any($1::uuid[]) and state = 'archived'`,
    [ids, state, endedBy],
  );
  return rowCount;
}

/** Files of parts that lie in the archive, of all tenants; of a schema that has no archive yet, none. */
export async function countFiles(tx: Tx): Promise<number> {
  const { rows } = await tx.query<{ there: boolean }>("select to_regclass('archive_files') is not null as there");
  if (rows[0]?.there !== true) return 0;
  const counted = await tx.query<{ files: string }>(
    "select count(*) as files from archive_files f join archives a on a.id = f.archive_id where a.state = 'archived'",
  );
  return Number(counted.rows[0]?.files);
}

/** Months, such as "2026-03", that have a part in a state, in order. */
export async function loadMonthsIn(tx: Tx, tenantId: string, state: Archive["state"]): Promise<readonly string[]> {
  const { rows } = await tx.prepared<{ month: string }>(
    "months-in",
    `select distinct to_char(month, 'YYYY-MM') as month from archives where tenant_id = $1 and state = $2 order by 1`,
    [tenantId, state],
  );
  return rows.map(({ month }) => month);
}
