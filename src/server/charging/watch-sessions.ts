import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import type { Charging } from "./charging.ts";
import { type GivenUp, giveUpSessions } from "./give-up-sessions.ts";

/** Tells what became of silent sessions. */
export interface SessionsWatch {
  done(given: GivenUp): void;
  failed(error: unknown): void;
}

const EVERY_MS = 5_000;

/**
 * Gives silent sessions up every few seconds until `signal`, but for the time after an outage in which what they told
 * meanwhile is replayed; a pass that fails is told of, and tried again.
 */
export async function watchSessions(
  db: Database,
  charging: Charging,
  { watch, signal }: { readonly watch: SessionsWatch; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    if (!charging.isCatchingUp)
      await giveUpSessions(db, charging).then(
        (given) => {
          if (given.ended > 0) watch.done(given);
        },
        (error: unknown) => watch.failed(error),
      );
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
