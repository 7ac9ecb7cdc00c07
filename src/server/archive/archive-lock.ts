import type { Database } from "../db/database.ts";
import { archiveBusy } from "./problems.ts";

/** Advisory lock key of whoever changes the archive; the number has no meaning. */
const LOCK_KEY = 74_011_801;

/**
 * Does `work` while no other process changes the archive: archiving, restoring and deleting go one at a time.
 *
 * @throws Problem `archive-busy`.
 */
export async function withArchiveLock<T>(db: Database, work: () => Promise<T>): Promise<T> {
  return await db.session(async (client) => {
    const { rows } = await client.query<{ held: boolean }>("select pg_try_advisory_lock($1) as held", [LOCK_KEY]);
    if (rows[0]?.held !== true) throw archiveBusy();
    try {
      return await work();
    } finally {
      await client.query("select pg_advisory_unlock($1)", [LOCK_KEY]);
    }
  });
}
