import { createHash } from "node:crypto";
import { access, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type pg from "pg";
import { invariant } from "../../core/invariant.ts";
import { syncFolder } from "../files/sync-folder.ts";
import {
  type BackupEnd,
  type BackupHeader,
  dataFrames,
  jsonFrame,
  type TableHead,
  type TableSum,
  writeFrames,
} from "./backup-format.ts";
import { copyTo } from "./copy-to.ts";
import type { Database } from "./database.ts";
import { backupExists, backupNotWritten } from "./database-problems.ts";
import { isCode } from "./server-binaries.ts";
import { tablesInOrder } from "./table-order.ts";

/** How far a backup or restore has come. */
export interface BackupProgress {
  readonly table: string;
  /** Counts from 1. */
  readonly tableNo: number;
  readonly tables: number;
  /** Bytes of rows so far, uncompressed, all tables. */
  readonly bytes: number;
}

export interface BackupReport {
  readonly file: string;
  readonly tables: number;
  readonly rows: number;
  /** Of the last migration in the backup. */
  readonly schemaVersion: number;
}

const FILE_ERRORS = ["ENOSPC", "EDQUOT", "EFBIG", "EACCES", "EPERM", "EROFS", "EIO", "ENOENT", "ENOTDIR", "EISDIR"];

/**
 * Writes everything in the database to one file, as it was at one moment (a repeatable-read snapshot), while the
 * work goes on. Needs no tool of PostgreSQL's, takes flat memory, and can be restored into any supported version.
 * The file appears under its name when it is whole and on the disk, readable by its owner only.
 *
 * @throws Problem `backup-exists`, `backup-not-written` (a full disk, for one); nothing stays behind then.
 */
export async function backup(
  db: Database,
  file: string,
  onProgress: (progress: BackupProgress) => void = () => undefined,
): Promise<BackupReport> {
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) throw backupExists({ file });
  const partial = `${file}.part`;
  const totals = { tables: 0, rows: 0, schemaVersion: 0 };
  try {
    await rm(partial, { force: true });
    await db.session((client) => writeFrames(partial, everything(client, totals, onProgress)));
    await rename(partial, file);
    await syncFolder(dirname(file));
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    if (!isCode(cause, ...FILE_ERRORS)) throw cause;
    throw backupNotWritten({ file, reason: cause instanceof Error ? cause.message : String(cause), cause });
  }
  return { file, ...totals };
}

async function* everything(
  client: pg.PoolClient,
  totals: { tables: number; rows: number; schemaVersion: number },
  onProgress: (progress: BackupProgress) => void,
): AsyncGenerator<Buffer> {
  await beginSteady(client);
  await refuseHiddenRows(client);
  const tables = await tablesInOrder(client);
  const header = await headerOf(client, tables.length);
  totals.schemaVersion = header.migrations.length;
  yield jsonFrame("H", header);
  let bytes = 0;
  for (const { table, columns } of tables) {
    totals.tables += 1;
    const report = () => onProgress({ table, tableNo: totals.tables, tables: tables.length, bytes });
    report();
    yield jsonFrame("T", { table, columns: [...columns] } satisfies TableHead);
    const hash = createHash("sha256");
    const rows = client.query(
      copyTo(`copy (select ${columns.map(quoted).join(", ")} from ${quoted(table)}) to stdout`),
    );
    for await (const chunk of rows as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      yield* dataFrames(chunk);
      report();
    }
    await client.query("select"); // the rows may end before the server has said how many they were
    totals.rows += rows.rowCount;
    yield jsonFrame("E", { rows: rows.rowCount, sha256: hash.digest("hex") } satisfies TableSum);
  }
  yield jsonFrame("Z", { tables: tables.length, rows: totals.rows } satisfies BackupEnd);
  await client.query("commit");
}

/** Begins as `steadySnapshot` does: the lock goes before the snapshot. A schema of before the archive has none to hold. */
async function beginSteady(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    "select to_regclass('tollwright.archives') is not null as there",
  );
  const lock = rows[0]?.there ? "; lock table archives in access share mode" : "";
  await client.query(`begin isolation level repeatable read, read only; set local role tollwright_owner${lock}`);
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Row-level security binds the owner too; a table whose rows it can't all see would be backed up empty, silently. */
async function refuseHiddenRows(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string }>(`
    select c.relname as name from pg_class c
    where c.relnamespace = 'tollwright'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and c.relforcerowsecurity and not exists (
        select from pg_policies where schemaname = 'tollwright' and tablename = c.relname
          and 'tollwright_owner' = any(roles) and cmd = 'ALL' and qual = 'true')`);
  invariant(rows.length === 0, `the owner has no policy for ${rows.map((row) => row.name).join(", ")}`);
}

async function headerOf(client: pg.ClientBase, tables: number): Promise<BackupHeader> {
  const all = async <Row extends object>(sql: string) => (await client.query<Row>(sql)).rows;
  const [about] = await all<{ taken_at: string; version: string }>(`
    select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as taken_at,
      current_setting('server_version') as version`);
  invariant(about, "a select without from has one row");
  return {
    takenAt: about.taken_at,
    serverVersion: about.version,
    migrations: await all("select name, sha256 from schema_migrations order by version"),
    partitions: await all(`
      select p.relname as table, to_char(to_date(right(c.relname, 7), 'YYYY_MM'), 'YYYY-MM-DD') as month
      from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
      where c.relispartition and c.relkind = 'r' and p.relnamespace = 'tollwright'::regnamespace order by 1, 2`),
    identities: await identitiesOf(client),
    tables,
  };
}

async function identitiesOf(client: pg.ClientBase): Promise<BackupHeader["identities"]> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(`
    select c.relname as table, a.attname as column, pg_get_serial_sequence(c.oid::regclass::text, a.attname) as sequence
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'tollwright'::regnamespace and not c.relispartition and a.attidentity <> ''
    order by 1, 2`);
  const identities = [];
  for (const { table, column, sequence } of rows) {
    const { rows: values } = await client.query<{ next: string }>(
      `select (last_value + is_called::int)::text as next from ${sequence}`,
    );
    identities.push({ table, column, next: values[0]?.next ?? "1" });
  }
  return identities;
}
