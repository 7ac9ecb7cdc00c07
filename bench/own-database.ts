import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "../src/server/db/database.ts";
import { startEmbedded } from "../src/server/db/embedded.ts";
import { migrate } from "../src/server/db/migrate.ts";

/** A database of its own on disk, durable commits, as a new installation has it; `pid` is the server's. */
export async function withDatabase<T>(work: (db: Database, pid: number) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), "tollwright-bench-"));
  const server = await startEmbedded({ dataDir, durable: true });
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
    await rm(dataDir, { recursive: true, force: true });
  }
}
