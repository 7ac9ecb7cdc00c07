import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "./database.ts";

/** From one try to the next, in milliseconds. */
const RETRY_MS = 1_000;

/** What {@link databaseLater} makes of an error, and is told of. */
export interface DatabaseLaterOptions {
  readonly url: string;
  /** Why it was not there at first. */
  readonly error: unknown;
  /** Called once it is there. */
  readonly found: () => void;
  /** Ends the search. */
  readonly signal: AbortSignal;
}

/**
 * A database that is away as yet: what is asked of it fails as the last try to open it did, until one succeeds.
 * Whoever opened it closes it.
 */
export function databaseLater(
  open: () => Promise<Database>,
  { url, error, found, signal }: DatabaseLaterOptions,
): Database {
  let database: Database | undefined;
  let why = error;
  void search();

  async function search(): Promise<void> {
    while (!signal.aborted && database === undefined) {
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        database = await open();
        found();
      } catch (failure) {
        why = failure;
      }
    }
  }
  const now = async (): Promise<Database> => {
    if (database === undefined) throw why;
    return database;
  };
  return {
    url,
    get pools() {
      return database?.pools ?? [];
    },
    transaction: async (role, scope, work) => await (await now()).transaction(role, scope, work),
    bulk: async (role, scope, work) => await (await now()).bulk(role, scope, work),
    urgent: async (role, scope, work) => await (await now()).urgent(role, scope, work),
    session: async (work) => await (await now()).session(work),
    close: async () => await database?.close(),
  };
}
