import { setTimeout as sleep } from "node:timers/promises";

/** Settings of sources are read again as often; what changed in them is in force then. */
const EVERY_MS = 5_000;

/** What reads settings again until it is stopped. */
export interface Refreshing {
  /** Stops, and waits for a reading that is under way. */
  stop(): Promise<void>;
}

/** Calls `again` every few seconds; one that fails is told of, and tried again. */
export function refresh(again: () => Promise<void>, failed: (error: unknown) => void): Refreshing {
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = (async () => {
    while (!signal.aborted) {
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await again().catch(failed);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
