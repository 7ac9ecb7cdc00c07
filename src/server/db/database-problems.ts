import { Problem } from "../../core/problem.ts";
import { shownUrl } from "../../shown-url.ts";

/** The embedded server did not start (or not stop); `what` carries the server's own words. */
export const databaseStartFailed = (args: { what: string; fix: string; cause?: unknown }) =>
  new Problem("database-start-failed", args, { cause: args.cause });

/** The folder was made by another major version of PostgreSQL, whose files this one can't read. */
export const databaseDirIncompatible = (args: { cluster: string; found: string; needed: number }) =>
  new Problem("database-dir-incompatible", {
    what: `${args.cluster} was made by PostgreSQL ${args.found}; this Tollwright runs PostgreSQL ${args.needed}.`,
    fix: "Run `backup` with the Tollwright that made it, then `restore` with this one into a new data folder.",
  });

/** Nobody answers at DATABASE_URL, or it turns the login away. The password is never shown. */
export const databaseUnreachable = (args: { url: string; reason: string; cause?: unknown }) =>
  new Problem(
    "database-unreachable",
    {
      what: `Can't connect to the database at ${shownUrl(args.url)}: ${args.reason}.`,
      fix:
        "Check that the server runs and that DATABASE_URL has the right host, port, database, user and password, with " +
        "%2F, %3F, %23, %40, %3A and %25 for / ? # @ : and % in a password.",
    },
    { cause: args.cause },
  );

/** The server is older than the oldest supported one. */
export const databaseTooOld = (args: { found: string }) =>
  new Problem("database-too-old", {
    what: `The database server is PostgreSQL ${args.found}; Tollwright needs 15 or newer.`,
    fix: "Upgrade the server, or unset DATABASE_URL to use the built-in one.",
  });

/** The login may neither make the roles nor use those that exist. `sql` is what a DBA has to run. */
export const databaseRolesMissing = (args: { login: string; reason: string; sql: string }) =>
  new Problem("database-roles-missing", {
    what: `The database login "${args.login}" can't set up Tollwright's roles: ${args.reason}.`,
    fix: `Have a database administrator run, in this database: ${args.sql}`,
  });

/** An applied migration's file is not what it was. */
export const migrationEdited = (args: { file: string; appliedAt: string }) =>
  new Problem("migration-edited", {
    what: `The migration ${args.file} was applied on ${args.appliedAt} and its file has changed or gone since.`,
    fix: "Restore the file as it was released and put the change into a new migration.",
  });

/** The database is ahead of the program. */
export const migrationUnknown = (args: { version: number; name: string }) =>
  new Problem("migration-unknown", {
    what: `The database has migration ${args.version} (${args.name}), which this Tollwright does not know.`,
    fix: "A newer Tollwright has upgraded this database: run that version, or restore a backup from before it.",
  });

/** A migration is numbered below one that is applied already, or a number is missing or taken twice. */
export const migrationOrder = (args: { reason: string }) =>
  new Problem("migration-order", {
    what: args.reason,
    fix: "Number migrations 0001, 0002, … without gaps, and add new ones at the end only.",
  });

/** A migration waited for a table that others kept locked. */
export const migrationLocked = (args: { file: string; tries: number; cause?: unknown }) =>
  new Problem(
    "migration-locked",
    {
      what: `The migration ${args.file} could not lock its tables in ${args.tries} tries; nothing of it was applied.`,
      fix: "Stop long transactions (reports, imports, other Tollwright processes) and run `migrate` again.",
    },
    { cause: args.cause },
  );

/** A migration's SQL failed; its transaction was rolled back. */
export const migrationFailed = (args: { file: string; reason: string; cause?: unknown }) =>
  new Problem(
    "migration-failed",
    {
      what: `The migration ${args.file} failed and was rolled back: ${args.reason}.`,
      fix: "The database is as it was before this migration. Mend what the message names and run `migrate` again.",
    },
    { cause: args.cause },
  );

/** A backup never takes the place of another file. */
export const backupExists = (args: { file: string }) =>
  new Problem("backup-exists", {
    what: `The file ${args.file} exists already.`,
    fix: "Give the backup another name, or remove the file first.",
  });

/** The disk did not take the backup; no part of it was left. */
export const backupNotWritten = (args: { file: string; reason: string; cause?: unknown }) =>
  new Problem(
    "backup-not-written",
    {
      what: `The backup ${args.file} could not be written: ${args.reason}.`,
      fix: "Free space or choose another disk, check the folder's permissions, and run `backup` again.",
    },
    { cause: args.cause },
  );

/** The file is no backup, or not as it was written. The database was not touched. */
export const backupUnreadable = (args: { file: string; reason: string; cause?: unknown }) =>
  new Problem(
    "backup-unreadable",
    {
      what: `The backup ${args.file} can't be used: ${args.reason}.`,
      fix: "Fetch the file again from where it was stored, or use another backup. The database was not changed.",
    },
    { cause: args.cause },
  );

/** The backup's schema is not one that this program knows how to make. */
export const backupNewer = (args: { file: string; migration: string }) =>
  new Problem("backup-newer", {
    what: `The backup ${args.file} holds the migration ${args.migration}, which this Tollwright does not have.`,
    fix: "Restore it with the Tollwright that made it, or a newer one.",
  });

/** A restore only fills an empty database. */
export const restoreTargetNotEmpty = (args: { table: string }) =>
  new Problem("restore-target-not-empty", {
    what: `The database to restore into is not empty: table ${args.table} has rows.`,
    fix: "Restore into a new database, or with the built-in one into a new data folder.",
  });

/** A database of the user's own is migrated by the user's word only. */
export const databaseNotMigrated = (args: { missing: readonly string[] }) =>
  new Problem("database-not-migrated", {
    what: `The database lacks migrations of this Tollwright: ${args.missing.join(", ")}.`,
    fix: "Take a backup, then run `tollwright migrate`.",
  });
