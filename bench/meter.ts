import { processTreeCpuUs } from "./process-tree-cpu.ts";

/** What was spent between start and stop. */
export interface Spent {
  readonly wallMs: number;
  /** CPU time of this process, all its threads included. */
  readonly ownCpuUs: number;
  /** CPU time of the watched processes and their descendants, such as a database server. */
  readonly watchedCpuUs: number;
}

/** Stop-watch of a workload, for wall clock and CPU time. */
export class Meter {
  #watched: number[] = [];
  #started: Spent;
  #spent: Spent | undefined;

  constructor() {
    this.#started = this.#readings();
  }

  /** Counts the CPU time of process `pid` and its descendants too. Call it before `start`. */
  watch(pid: number): void {
    this.#watched.push(pid);
  }

  /** The measured part begins: whatever was spent before is forgotten. */
  start(): void {
    this.#started = this.#readings();
    this.#spent = undefined;
  }

  /** The measured part is over. Only the first stop after a start counts. */
  stop(): Spent {
    const now = this.#readings();
    this.#spent ??= {
      wallMs: now.wallMs - this.#started.wallMs,
      ownCpuUs: now.ownCpuUs - this.#started.ownCpuUs,
      watchedCpuUs: now.watchedCpuUs - this.#started.watchedCpuUs,
    };
    return this.#spent;
  }

  #readings(): Spent {
    const { user, system } = process.cpuUsage();
    const watchedCpuUs = this.#watched.reduce((sum, pid) => sum + processTreeCpuUs(pid), 0);
    return { wallMs: performance.now(), ownCpuUs: user + system, watchedCpuUs };
  }
}
