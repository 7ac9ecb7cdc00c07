import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import { LiveRatingContext } from "../rating/live-rating-context.ts";
import { findEveryPull, type Pull } from "./find-pulls.ts";
import { isDeadHolder } from "./pull-holder.ts";
import type { PullEvent } from "./puller.ts";
import { type PullRunEnd, runPull } from "./run-pull.ts";

/** Tells what pulls do. */
export interface PullsReport {
  event(pull: Pull, event: PullEvent): void;
  ended(pull: Pull, end: PullRunEnd): void;
  /** The settings or the database could not be read, or a run's end not be written. */
  failed(error: unknown): void;
}

/** A pull that is due begins within this time. */
const LOOK_MS = 2_000;
/** Pulls of one process that run at a time; others wait for the next look. */
const RUNS_MAX = 8;

/**
 * Runs every pull that sources' settings describe when its time has come, until `signal`. Any number of processes
 * may do so: one at a time holds a pull. Files under way are finished.
 */
export async function runPulls(
  db: Database,
  report: PullsReport,
  options: {
    readonly spoolDir: string;
    readonly signal: AbortSignal;
    readonly lookMs?: number;
    readonly only?: (pull: Pull) => boolean;
  },
): Promise<void> {
  const { signal, spoolDir, lookMs = LOOK_MS, only = () => true } = options;
  const running = new Map<string, Promise<void>>();
  const ratings = new Map<string, LiveRatingContext>();
  const run = async (pull: Pull): Promise<void> => {
    const { tenantId } = pull.source;
    const rating = ratings.get(tenantId) ?? new LiveRatingContext();
    ratings.set(tenantId, rating);
    const end = await runPull(db, pull, { spoolDir, signal, rating, report: (event) => report.event(pull, event) });
    report.ended(pull, end);
  };
  while (!signal.aborted) {
    const pulls = await findEveryPull(db).catch((error: unknown) => report.failed(error));
    for (const pull of pulls ?? []) {
      const key = keyOf(pull);
      if (!isDue(pull) || !only(pull) || running.has(key) || running.size >= RUNS_MAX) continue;
      running.set(
        key,
        run(pull)
          .catch(report.failed)
          .finally(() => running.delete(key)),
      );
    }
    await sleep(lookMs, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(running.values());
}

const keyOf = ({ source, settings }: Pull): string => `${source.id} ${settings.name}`;

const isDue = ({ settings, stored }: Pull): boolean =>
  settings.enabled && (stored === null || (stored.isDue && (stored.holder === null || isDeadHolder(stored.holder))));
