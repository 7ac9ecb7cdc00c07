import { type Database, openDatabase } from "./database.ts";
import { databaseNotMigrated } from "./database-problems.ts";
import { startEmbedded } from "./embedded.ts";
import { migrate } from "./migrate.ts";

/** A database that this process uses, wherever it runs. */
export interface Connection {
  readonly db: Database;
  /** The server is Tollwright's own. */
  readonly embedded: boolean;
  /** Waits for running transactions, closes the connections, and stops the built-in server if nobody else uses it. */
  close(): Promise<void>;
  /** Waits for nothing: what runs is rolled back by the server once this process has gone. */
  abandon(): Promise<void>;
}

/**
 * Opens the database that `databaseUrl` names; without one starts (or joins) the built-in one under `dataDir`.
 *
 * @throws Problem `database-unreachable`, `database-too-old`, `database-start-failed`, `database-dir-incompatible`.
 */
export async function connect(
  { databaseUrl, dataDir }: { readonly databaseUrl: string | null; readonly dataDir: string },
  log: (line: string) => void,
): Promise<Connection> {
  if (databaseUrl !== null) {
    const db = await openDatabase({ url: databaseUrl });
    return { db, embedded: false, close: () => db.close(), abandon: async () => undefined };
  }
  const server = await startEmbedded({ dataDir, durable: true, log });
  try {
    const db = await openDatabase({ url: server.url });
    const close = async () => {
      await db.close();
      await server.stop();
    };
    return { db, embedded: true, close, abandon: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/**
 * Sees to it that the schema is the program's. The built-in database is brought up to date; a database of the user's
 * own is migrated only when its administrator says so.
 *
 * @throws Problem `database-not-migrated`, and those of `migrate`.
 */
export async function ensureMigrated({ db, embedded }: Connection, log: (line: string) => void): Promise<void> {
  const { applied } = await migrate(db, embedded ? { log } : { dryRun: true });
  if (!embedded && applied.length > 0) throw databaseNotMigrated({ missing: applied });
}
