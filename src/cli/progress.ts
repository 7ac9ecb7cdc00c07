import type { Writable } from "node:stream";
import cliProgress from "cli-progress";

/** How far one piece of long work has come. */
export interface Progress {
  /** `total` replaces the one given at the start, where that was a guess. */
  update(done: number, total?: number): void;
  stop(): void;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

/** A bar on `stream` (standard error: the answer goes to standard output) for a person who watches; else nothing. */
export function startProgress(stream: Writable, watched: boolean, label: string, total: number): Progress {
  if (!watched) return SILENT;
  const bar = new cliProgress.SingleBar({
    stream: stream as NodeJS.WriteStream,
    format: `${label} [{bar}] {percentage} %, {eta_formatted} left`,
    clearOnComplete: true,
    hideCursor: true,
    etaBuffer: 50,
  });
  bar.start(total, 0);
  return {
    update: (done, newTotal) => {
      if (newTotal !== undefined) bar.setTotal(newTotal);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
