import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { type BackupProgress, type BackupReport, quoted } from "./backup.ts";
import {
  type BackupHeader,
  END,
  type Frame,
  HEADER,
  jsonOf,
  readFrames,
  SUM,
  TABLE,
  type TableHead,
  type TableSum,
} from "./backup-format.ts";
import type { Database } from "./database.ts";
import { backupNewer, backupUnreadable, restoreTargetNotEmpty } from "./database-problems.ts";
import { migrate } from "./migrate.ts";
import { loadMigrations } from "./migration-files.ts";
import { type TableColumns, tablesInOrder } from "./table-order.ts";

/**
 * Loads a backup into an empty database: the schema as it was at the backup's version, then all rows in one
 * transaction, with every key, check and sum verified. The whole file is read and verified before the database is
 * touched; a restore that fails or is killed leaves an empty database. `migrate` then brings the schema up to date.
 *
 * @throws Problem `backup-unreadable`, `backup-newer`, `restore-target-not-empty`, and those of `migrate`.
 */
export async function restore(
  db: Database,
  file: string,
  onProgress: (progress: BackupProgress) => void = () => undefined,
): Promise<BackupReport> {
  const header = await readFrames(file, (frames) => verify(file, frames));
  await checkMigrations(file, header);
  await db.session(dropEmptySchema);
  const { version } = await migrate(db, { untilVersion: header.migrations.length });
  const totals = await db
    .session((client) => readFrames(file, (frames) => load(client, file, frames, onProgress)))
    .catch((cause: unknown) => {
      if (!isRefusal(cause)) throw cause;
      throw backupUnreadable({ file, reason: `the database refuses its rows: ${cause.message}`, cause });
    });
  return { file, schemaVersion: version, ...totals };
}

/** Bad values (22), broken keys and checks (23), tables or columns that the schema lacks (42). */
const isRefusal = (error: unknown): error is pg.DatabaseError =>
  error instanceof pg.DatabaseError && /^(22|23|42)/.test(error.code ?? "");

/** Reads every byte and compares every sum; hands back the header. */
async function verify(file: string, frames: AsyncGenerator<Frame>): Promise<BackupHeader> {
  const header = jsonOf(file, HEADER, await nextFrame(frames));
  for (let table = 0; table < header.tables; table++) {
    const { table: name } = jsonOf(file, TABLE, await nextFrame(frames));
    const body = tableBody(file, name, frames);
    for await (const _ of body.rows); // the sums are compared at its end
  }
  jsonOf(file, END, await nextFrame(frames));
  await nextFrame(frames); // nothing may follow, and the stream's own checksum must hold
  return header;
}

const nextFrame = async (frames: AsyncGenerator<Frame>): Promise<Frame | undefined> => {
  const { value, done } = await frames.next();
  return done ? undefined : value;
};

/** The bytes of one table, and after them the sum that they were found to have. */
function tableBody(file: string, table: string, frames: AsyncGenerator<Frame>) {
  const end: { sum?: TableSum } = {};
  async function* rows(): AsyncGenerator<Buffer> {
    const hash = createHash("sha256");
    for (;;) {
      const next = await nextFrame(frames);
      if (next?.kind === "D") {
        hash.update(next.payload);
        yield next.payload;
        continue;
      }
      end.sum = jsonOf(file, SUM, next);
      if (hash.digest("hex") === end.sum.sha256) return;
      throw backupUnreadable({ file, reason: `the rows of table ${table} do not have the sum noted beside them` });
    }
  }
  return { rows: rows(), end };
}

async function checkMigrations(file: string, header: BackupHeader): Promise<void> {
  const known = await loadMigrations();
  for (const [index, { name, sha256 }] of header.migrations.entries()) {
    if (known[index]?.sha256 !== sha256) throw backupNewer({ file, migration: name });
  }
}

/** The schema is made anew at the backup's version, so an older or newer one without rows has to go first. */
async function dropEmptySchema(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ present: boolean }>(
    "select to_regnamespace('tollwright') is not null as present",
  );
  if (!rows[0]?.present) return;
  await client.query("begin; set local role tollwright_owner");
  for (const { table } of await tablesInOrder(client)) {
    const { rowCount } = await client.query(`select from ${quoted(table)} limit 1`);
    if (rowCount !== 0) throw restoreTargetNotEmpty({ table });
  }
  await client.query("drop schema tollwright cascade; commit");
}

async function load(
  client: pg.PoolClient,
  file: string,
  frames: AsyncGenerator<Frame>,
  onProgress: (progress: BackupProgress) => void,
): Promise<{ tables: number; rows: number }> {
  const header = jsonOf(file, HEADER, await nextFrame(frames));
  const totals = { tables: 0, rows: 0 };
  let bytes = 0;
  await client.query("begin; set local role tollwright_owner; set local statement_timeout = 0");
  for (const { table, month } of header.partitions) {
    await client.query("select ensure_partition($1::regclass, $2)", [quoted(table), month]);
  }
  const restoreGuards = await liftGuards(client);
  const expected = await tablesInOrder(client);
  while (totals.tables < header.tables) {
    const { table, columns } = jsonOf(file, TABLE, await nextFrame(frames));
    if (!isTable(expected[totals.tables], { table, columns })) throw misplaced(file, `its table ${table} is not`);
    totals.tables += 1;
    const body = tableBody(file, table, frames);
    const counted = async function* () {
      for await (const chunk of body.rows) {
        bytes += chunk.length;
        onProgress({ table, tableNo: totals.tables, tables: header.tables, bytes });
        yield chunk;
      }
    };
    onProgress({ table, tableNo: totals.tables, tables: header.tables, bytes });
    const copy = client.query(copyFrom(`copy ${quoted(table)} (${columns.map(quoted).join(", ")}) from stdin`));
    await pipeline(Readable.from(counted(), { objectMode: false }), copy);
    if (copy.rowCount !== body.end.sum?.rows)
      throw backupUnreadable({ file, reason: `table ${table} has ${copy.rowCount} rows` });
    totals.rows += copy.rowCount;
  }
  const missing = expected[totals.tables];
  if (missing !== undefined) throw misplaced(file, `table ${missing.table} is missing, which is`);
  for (const { table, column, next } of header.identities) {
    await client.query("select setval(pg_get_serial_sequence($1, $2), $3, false)", [quoted(table), column, next]);
  }
  await restoreGuards();
  await client.query("commit");
  return totals;
}

/** A backup has every table of its schema once, in order: one with others could lose rows, or change the schema's. */
const isTable = (expected: TableColumns | undefined, { table, columns }: TableHead): boolean =>
  expected?.table === table && expected.columns.join() === columns.join();

const misplaced = (file: string, whatIs: string) =>
  backupUnreadable({ file, reason: `${whatIs} what its schema has at this place` });

/**
 * Within the transaction: COPY is refused while row-level security binds the owner, and triggers would do their work
 * a second time. Hands back what undoes it, and gathers the planner's statistics.
 */
async function liftGuards(client: pg.ClientBase): Promise<() => Promise<void>> {
  const { rows: tables } = await client.query<{ name: string; forced: boolean }>(`
    select c.oid::regclass::text as name, relforcerowsecurity as forced from pg_class c
    where relnamespace = 'tollwright'::regnamespace and relkind in ('r', 'p') and not relispartition`);
  for (const { name } of tables) {
    await client.query(`alter table ${name} disable trigger user, no force row level security`);
  }
  return async () => {
    await client.query("set constraints all immediate");
    for (const { name, forced } of tables) {
      await client.query(`alter table ${name} enable trigger user ${forced ? ", force row level security" : ""}`);
      await client.query(`analyze ${name}`);
    }
  };
}
