export interface Pauses {
  /** By the wall clock: on a machine that others use, their turns count too. */
  longestMs: number;
  /** By this thread's own CPU time: what the process itself could do better. */
  longestBusyMs: number;
}

/** Runs `work` once in every turn of the event loop until it is stopped. */
export function watchPauses(work: () => void): { readonly stop: () => Pauses } {
  const pauses: Pauses = { longestMs: 0, longestBusyMs: 0 };
  let running = true;
  let last = performance.now();
  let lastBusy = busyMs();
  const turn = () => {
    work();
    const [now, busy] = [performance.now(), busyMs()];
    pauses.longestMs = Math.max(pauses.longestMs, now - last);
    pauses.longestBusyMs = Math.max(pauses.longestBusyMs, busy - lastBusy);
    [last, lastBusy] = [now, busy];
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop: () => {
      running = false;
      return pauses;
    },
  };
}

function busyMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
