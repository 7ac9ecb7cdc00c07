import { Problem } from "../../../core/problem.ts";

/** What a database says may name hosts and logins; it never names passwords. */
interface FromDatabase {
  readonly reason: string;
  readonly cause: unknown;
}

export const sqlUnreachable = ({ reason, cause }: FromDatabase) =>
  new Problem(
    "sql-unreachable",
    {
      what: `The database of the switch does not answer: ${reason}.`,
      fix: "Check that it runs and that its port is open to this machine. The pull is tried again, and reads on where it was.",
    },
    { cause },
  );

export const sqlRefused = ({ reason, cause }: FromDatabase) =>
  new Problem(
    "sql-refused",
    {
      what: `The database of the switch refuses: ${reason}.`,
      fix: "Check user, password, tls of the pull and the right to read the table; docs/guides/pull-tables.md has the grants.",
    },
    { cause },
  );

export const sqlTableMissing = ({ table, cause }: { readonly table: string; readonly cause: unknown }) =>
  new Problem(
    "sql-table-missing",
    {
      what: `The database of the switch has no table "${table}", or does not show it to this user.`,
      fix: "Check the table's name (with its schema, as in billing.cdr), and that the user may read it.",
    },
    { cause },
  );

export const sqlColumnsMissing = (args: { readonly table: string } & FromDatabase) =>
  new Problem(
    "sql-columns-missing",
    {
      what: `Table "${args.table}" lacks a column that the pull reads: ${args.reason}.`,
      fix: "Nothing was read past it. Give the column back, or change the pull's columns and the source's mapping.",
    },
    { cause: args.cause },
  );

/** `seen` is a value of the column; null: the column is not among those that the pull reads. */
export const sqlCursorInvalid = (args: {
  readonly table: string;
  readonly column: string;
  readonly seen: string | null;
}) =>
  new Problem("sql-cursor-invalid", {
    what:
      args.seen === null
        ? `Column "${args.column}", by which the pull of table "${args.table}" goes, is not one of those that it reads.`
        : `Column "${args.column}" of table "${args.table}" holds "${args.seen.slice(0, 80)}", by which a pull can't go.`,
    fix: 'Name a column of whole numbers with "by": "number", or one of dates with times with "by": "time".',
  });

export const sqlEdgeTooFull = (args: { readonly table: string; readonly column: string; readonly rows: number }) =>
  new Problem("sql-edge-too-full", {
    what: `More than ${args.rows} rows of table "${args.table}" have one and the same ${args.column}.`,
    fix: "Go by a column that tells rows apart, such as their id.",
  });

export const sqlOvertaken = (args: { readonly pull: string }) =>
  new Problem("sql-overtaken", {
    what: `Another process reads for pull "${args.pull}" at the same time.`,
    fix: "Nothing of these rows was stored twice; the next run reads on where the other has come to.",
  });

export const sqlTablesOfDayMissing = (args: { readonly table: string; readonly looked: readonly string[] }) =>
  new Problem("sql-table-missing", {
    what: `The database of the switch has none of the tables ${args.looked.join(", ")}, made of "${args.table}".`,
    fix: "Check the name, the source's time zone, and that the user may read tables that the switch makes later.",
  });

/** What stands there is not shown: it has a password in it. */
export const sqlUrlInvalid = (args: { readonly pull: string }) =>
  new Problem("sql-url-invalid", {
    what: `What urlFrom of pull "${args.pull}" names is no URL of a database.`,
    fix: "Write postgresql://user:password@host:port/database or mysql://… there; %40 stands for @ in a password.",
  });
