import { Gauge, type Registry } from "prom-client";
import { now } from "../../clock.ts";
import { type EpochMs, fromInstant } from "../../core/time/epoch.ts";
import type { FoldersReport } from "../mediation/watch-folders.ts";

/** Queues that this process has on its own disk. */
export interface OwnQueues {
  readonly outage: { readonly backlog: { readonly requests: number; readonly oldestAt: EpochMs | null } };
  readonly syslog: { waitsSinceMs(): number | undefined } | undefined;
}

type Watch = Parameters<FoldersReport["begun"]>[1];

const S_PER_MS = 1 / 1_000;

/** For how long the first thing in each of this process's queues waits; the database has others. */
export class QueueMetrics {
  readonly #folders = new Map<string, Watch>();
  #queues: OwnQueues | undefined;

  constructor(registry: Registry) {
    const queues = this;
    const registers = [registry];
    new Gauge({
      ...{ name: "tollwright_queue_oldest_seconds", help: "For how long the first in a queue waits", registers },
      labelNames: ["queue"],
      collect() {
        for (const [queue, seconds] of queues.#ages()) this.set({ queue }, seconds);
      },
    });
    new Gauge({
      ...{ name: "tollwright_outage_journal_requests", help: "Charging requests to be replayed", registers },
      collect() {
        this.set(queues.#queues?.outage.backlog.requests ?? 0);
      },
    });
  }

  /** The queues that there are once the process has begun. */
  show(queues: OwnQueues): void {
    this.#queues = queues;
  }

  /** The same report, from which the folders become known that are watched. */
  folders(report: FoldersReport): FoldersReport {
    return {
      ...report,
      begun: (folder, watch) => {
        this.#folders.set(JSON.stringify(folder), watch);
        report.begun(folder, watch);
      },
      ended: (folder) => {
        this.#folders.delete(JSON.stringify(folder));
        report.ended(folder);
      },
    };
  }

  #ages(): readonly (readonly [queue: string, seconds: number])[] {
    const oldestAt = this.#queues?.outage.backlog.oldestAt ?? null;
    const folders = [...this.#folders.values()].flatMap(({ waitsSinceMs }) => waitsSinceMs ?? []);
    return [
      ["outage-journal", oldestAt === null ? 0 : Math.max(0, fromInstant(now()) - oldestAt) * S_PER_MS],
      ["syslog", secondsSince(this.#queues?.syslog?.waitsSinceMs())],
      ["folders", secondsSince(folders.length === 0 ? undefined : Math.min(...folders))],
    ];
  }
}

const secondsSince = (sinceMs: number | undefined): number =>
  sinceMs === undefined ? 0 : (performance.now() - sinceMs) * S_PER_MS;
