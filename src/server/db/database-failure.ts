import pg from "pg";
import { Problem } from "../../core/problem.ts";

/**
 * Failures that lie in the server or on the way to it, and not in what was asked, by SQLSTATE or its class: what to do.
 * Source: PostgreSQL documentation, appendix A.
 */
const FIXES: readonly (readonly [RegExp, string])[] = [
  [/^53100$/, "Free space on the disk of the database, then try again."],
  [/^53/, "The database server is out of memory or connections: stop what else uses it, then try again."],
  [/^57P0|^08/, "The database server was stopped or restarted. Wait until it is up, then try again."],
  [/^57014$/, "The statement took too long. Try again when the server is less busy."],
  [/^55P03$|^40/, "Others were at work on the same rows. Try again."],
  [/^25006$/, "The database takes no writes: it is a replica. Point DATABASE_URL at the primary."],
  [/^58|^XX00[12]/, "The server's disk or files are damaged: see the server's log, and restore a backup if need be."],
];

/** A failure of the database as a problem for the user; null for anything else, which is a bug. */
export function databaseFailure(error: unknown): Problem | null {
  if (!(error instanceof Error)) return null;
  const lost = isConnectionLost(error);
  const fix = lost ? fixOf("08006") : error instanceof pg.DatabaseError ? fixOf(codeOf(error)) : undefined;
  const said = lost ? `the connection to it was lost (${error.message})` : error.message;
  return fix === undefined ? null : databaseFailed({ said, fix, cause: error });
}

/** Whether a failure is the server's or the way's to it, so that everything else would fail in the same way. */
export const isDatabaseAway = (error: unknown): boolean =>
  databaseFailure(error) !== null || (error instanceof Problem && error.code.startsWith("database-"));

const fixOf = (code: string): string | undefined => FIXES.find(([codes]) => codes.test(code))?.[1];

/** A disk that is full by a limit or a quota of the server's account has no SQLSTATE of its own. */
const codeOf = ({ code = "", message }: pg.DatabaseError): string =>
  code === "XX000" && /: (File too large|Disk quota exceeded)$/.test(message) ? "53100" : code;

/**
 * pg reports a socket that ended without a word of the server as a plain error, and so it does every later statement
 * on that connection: which of them is heard of first is chance.
 */
const isConnectionLost = (error: Error): boolean =>
  /^Connection terminated|^Client .* is not queryable$/.test(error.message) ||
  ("code" in error && /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/.test(`${error.code}`));

const databaseFailed = (args: { readonly said: string; readonly fix: string; readonly cause: unknown }): Problem =>
  new Problem(
    "database-failed",
    {
      what: `The database could not do it: ${args.said.replace(/\.$/, "")}. What was not committed is rolled back.`,
      fix: args.fix,
    },
    { cause: args.cause },
  );
