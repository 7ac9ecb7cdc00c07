import { type Database, openDatabase } from "../src/server/db/database.ts";
import { migrate } from "../src/server/db/migrate.ts";
import { throwAwayServer } from "../test/support/throw-away-server.ts";

/** A database of its own on disk, durable commits, as a new installation has it; `pid` is the server's. */
export async function withDatabase<T>(work: (db: Database, pid: number) => Promise<T>): Promise<T> {
  const server = await throwAwayServer({ durable: true });
  try {
    const db = await openDatabase({ url: server.url });
    try {
      await migrate(db);
      return await work(db, server.pid);
    } finally {
      await db.close();
    }
  } finally {
    await server.stop();
  }
}
