import type { Tx } from "../db/tx.ts";
import { sqlOvertaken } from "./sql/problems.ts";

/** How far a pull has come in one table. */
export interface TableProgress {
  /** A {@link Position} in digits; null before the first row. */
  readonly position: string | null;
  /** The columns that it had the last time. */
  readonly columns: readonly string[];
}

/** How far a pull has come, by table. */
export type SqlProgress = Readonly<Record<string, TableProgress>>;

/** A row of a table that is stored and will be read again. */
export interface PulledRow {
  readonly hash: string;
  readonly position: bigint;
}

export async function loadProgress(tx: Tx, pullId: string): Promise<SqlProgress> {
  const { rows } = await tx.query<{ cursor: SqlProgress | null }>("select cursor from pulls where id = $1", [pullId]);
  return rows[0]?.cursor ?? {};
}

/** How the rows of a pull come, as the names of their files begin. */
export const wayOfPull = (name: string): string => `sql ${name}`;

/** Rows that a pull has read so far, those excepted that it met again. */
export async function countReadRows(tx: Tx, sourceId: string, name: string): Promise<number> {
  const { rows } = await tx.query<{ rows: string }>(
    "select coalesce(sum(rows), 0) as rows from source_files where source_id = $1 and starts_with(sha256, $2)",
    [sourceId, `${wayOfPull(name)}:`],
  );
  return Number(rows[0]?.rows ?? 0);
}

/** Of these rows, those that are stored. */
export async function findPulledRows(
  tx: Tx,
  at: { readonly pullId: string; readonly table: string },
  hashes: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ row_hash: string }>(
    "select row_hash from pulled_rows where pull_id = $1 and table_name = $2 and row_hash = any($3::uuid[])",
    [at.pullId, at.table, hashes],
  );
  return new Set(rows.map((row) => row.row_hash));
}

/**
 * Moves a pull on, in the transaction that stores its rows, and keeps the rows that it will meet again; those before
 * `forgetBefore` it will not. Errors: Problem `sql-overtaken` when it is no longer where this reader left it.
 */
export async function saveProgress(
  tx: Tx,
  pull: { readonly tenantId: string; readonly pullId: string; readonly name: string; readonly table: string },
  step: {
    readonly before: SqlProgress;
    readonly after: SqlProgress;
    readonly rows: readonly PulledRow[];
    readonly forgetBefore: bigint | null;
  },
): Promise<void> {
  const { rowCount } = await tx.query(
    "update pulls set cursor = $3 where id = $1 and coalesce(cursor, '{}') = $2::jsonb",
    [pull.pullId, JSON.stringify(step.before), JSON.stringify(step.after)],
  );
  if (rowCount === 0) throw sqlOvertaken({ pull: pull.name });
  if (step.forgetBefore !== null)
    await tx.query("delete from pulled_rows where pull_id = $1 and table_name = $2 and position < $3::numeric", [
      ...[pull.pullId, pull.table, String(step.forgetBefore)],
    ]);
  await tx.query(
    `insert into pulled_rows (tenant_id, pull_id, table_name, row_hash, position)
     select $1, $2, $3, hash, position from unnest($4::uuid[], $5::numeric[]) as t(hash, position)
     on conflict do nothing`,
    [
      ...[pull.tenantId, pull.pullId, pull.table],
      step.rows.map(({ hash }) => hash),
      step.rows.map(({ position }) => String(position)),
    ],
  );
}

/** Forgets tables that are read no more. */
export async function forgetTables(tx: Tx, pullId: string, tables: readonly string[]): Promise<void> {
  if (tables.length === 0) return;
  await tx.query("delete from pulled_rows where pull_id = $1 and table_name = any($2)", [pullId, tables]);
  await tx.query("update pulls set cursor = cursor - $2::text[] where id = $1", [pullId, tables]);
}
