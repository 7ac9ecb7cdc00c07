import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Database } from "./database.ts";
import { migrationEdited, migrationFailed, migrationLocked, migrationUnknown } from "./database-problems.ts";
import { loadMigrations, type Migration } from "./migration-files.ts";
import { requireRoles } from "./require-roles.ts";

export interface MigrateOptions {
  /** Only says what would be done. */
  readonly dryRun?: boolean;
  /** Stops after this version: for tests, and for a restore into the schema of a backup. */
  readonly untilVersion?: number;
  /** Folder of the files; the repository's own when not given. */
  readonly directory?: string;
  /** How long one try waits for a table's lock; 3 s when not given. */
  readonly lockTimeoutMs?: number;
  readonly log?: (line: string) => void;
}

export interface MigrationReport {
  /** Names such as `0002_parties`, in the order they were (in a dry run: would be) applied. */
  readonly applied: readonly string[];
  readonly alreadyApplied: number;
  /** Version of the schema afterwards (in a dry run: of the schema as it is); 0 for an empty database. */
  readonly version: number;
}

/** Advisory lock key: one migration runner per database at a time. */
const MIGRATE_KEY = 74_011_801;
const LOCK_TIMEOUT_MS = 3_000;
/** Another process may be in the middle of a long migration. */
const TURN_TIMEOUT_MS = 600_000;
const LOCK_TRIES_MAX = 10;
/** The first migration makes the roles, so it can't run as one of them. */
const FIRST_VERSION = 1;

/**
 * Brings the database's schema up to date: forward only, each file in a transaction of its own, together with the row
 * that says so. Running it twice, or in two processes at once, is harmless.
 *
 * A file waits at most 3 s for a table's lock, so that it never stands in the queue before everybody else's
 * statements for long; it then steps back and tries again, ten times.
 *
 * @throws Problem `migration-edited`, `migration-unknown`, `migration-order`, `migration-locked`, `migration-failed`,
 * `database-roles-missing`.
 */
export async function migrate(db: Database, options: MigrateOptions = {}): Promise<MigrationReport> {
  const files = await loadMigrations(options.directory);
  return await db.session(async (client) => {
    await takeTurn(client);
    const done = await verifyApplied(client, files);
    const until = options.untilVersion ?? Number.POSITIVE_INFINITY;
    const todo = files.slice(done).filter((file) => file.version <= until);
    const report = { applied: todo.map((file) => file.name), alreadyApplied: done };
    if (!options.dryRun) {
      if (todo.length > 0) await requireRoles(client);
      for (const file of todo) {
        options.log?.(`Applying ${file.name}.`);
        await applyPatiently(client, file, options.lockTimeoutMs ?? LOCK_TIMEOUT_MS);
      }
    }
    await client.query("select pg_advisory_unlock($1)", [MIGRATE_KEY]); // after an error the session ends, and with it the lock
    return { ...report, version: options.dryRun ? done : done + todo.length };
  });
}

/** Waits while another process migrates the same database. */
async function takeTurn(client: pg.ClientBase): Promise<void> {
  await client.query(`set lock_timeout = ${TURN_TIMEOUT_MS}`);
  await client.query("select pg_advisory_lock($1)", [MIGRATE_KEY]).catch((cause: unknown) => {
    if (!isLockTimeout(cause)) throw cause;
    throw migrationLocked({ file: "that is next", tries: 1, cause });
  });
  await client.query("reset lock_timeout");
}

const isLockTimeout = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === "55P03";

/** The number of applied migrations, after checking that they are the files' first ones, unchanged. */
async function verifyApplied(client: pg.ClientBase, files: readonly Migration[]): Promise<number> {
  const { rows: found } = await client.query<{ present: boolean }>(
    "select to_regclass('tollwright.schema_migrations') is not null as present",
  );
  if (!found[0]?.present) return 0;
  const { rows } = await client.query<{ version: number; name: string; sha256: string; applied_on: string }>(`
    select version, name, sha256, to_char(applied_at, 'YYYY-MM-DD') as applied_on
    from tollwright.schema_migrations order by version`);
  for (const row of rows) {
    const file = files[row.version - 1];
    if (!file) throw migrationUnknown(row);
    if (file.sha256 !== row.sha256) throw migrationEdited({ file: row.name, appliedAt: row.applied_on });
  }
  return rows.length;
}

async function applyPatiently(client: pg.ClientBase, file: Migration, lockTimeoutMs: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await apply(client, file, lockTimeoutMs);
    } catch (error) {
      await client.query("rollback");
      if (!(error instanceof pg.DatabaseError)) throw error;
      if (!isLockTimeout(error)) throw migrationFailed({ file: file.name, reason: whereIn(file, error), cause: error });
      if (tries === LOCK_TRIES_MAX) throw migrationLocked({ file: file.name, tries, cause: error });
      await sleep(Math.min(tries * 200, lockTimeoutMs));
    }
  }
}

async function apply(client: pg.ClientBase, file: Migration, lockTimeoutMs: number): Promise<void> {
  await client.query(`begin; set local lock_timeout = ${lockTimeoutMs}; set local statement_timeout = 0`);
  if (file.version > FIRST_VERSION) await client.query("set local role tollwright_owner");
  await client.query(file.sql);
  await client.query("insert into tollwright.schema_migrations (version, name, sha256) values ($1, $2, $3)", [
    file.version,
    file.name,
    file.sha256,
  ]);
  await client.query("commit");
}

function whereIn(file: Migration, error: pg.DatabaseError): string {
  const line = error.position === undefined ? "" : ` at line ${lineAt(file.sql, Number(error.position))}`;
  return [`${error.message}${line}`, error.detail, error.hint].filter(Boolean).join("; ");
}

const lineAt = (sql: string, position: number): number =>
  [...sql]
    .slice(0, position - 1)
    .join("")
    .split("\n").length;
