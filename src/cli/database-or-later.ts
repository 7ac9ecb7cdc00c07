import { join } from "node:path";
import type pino from "pino";
import { Problem } from "../core/problem.ts";
import type { Database } from "../server/db/database.ts";
import { databaseFailure } from "../server/db/database-failure.ts";
import { databaseLater } from "../server/db/database-later.ts";
import { hasLastKnown, keepLastKnown } from "../server/mediation/last-known-sources.ts";
import type { Metrics } from "../server/metrics/metrics.ts";
import type { CommandContext } from "./command.ts";

/**
 * The database; one that is away as yet where switches are known from an earlier start in the same data directory: they
 * are answered without it, and it is looked for meanwhile. Errors: those of {@link CommandContext.db}.
 */
export async function databaseOrLater(
  context: CommandContext,
  log: pino.Logger,
  metrics: Pick<Metrics, "measured">,
): Promise<Database> {
  const { dataDir, databaseUrl: url } = context.config;
  const folder = join(dataDir, "last-known-sources");
  const found = await context.db().catch(async (error: unknown) => {
    if (url === null || !isAway(error) || !(await hasLastKnown(folder))) throw error;
    log.error(
      `The database is away: switches are answered by the settings that were read last, new calls are refused, and what ` +
        `calls report is kept on disk until it is there. ${String(error)}`,
    );
    const isThere = () => log.warn("The database is there.");
    return databaseLater(() => context.db(), { url, error, found: isThere, signal: context.signal });
  });
  const db = metrics.measured(found); // what is kept of a database is found by whoever holds it
  await keepLastKnown(db, folder);
  return db;
}

/** One that is there, and not fit to be worked with, is for somebody to mend. */
const isAway = (error: unknown): boolean =>
  databaseFailure(error) !== null ||
  (error instanceof Problem && ["database-unreachable", "database-failed"].includes(error.code));
