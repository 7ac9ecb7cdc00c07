import { setTimeout as sleep } from "node:timers/promises";
import { DEFAULT_POLICY } from "../charging/charging-work.ts";
import type { Database } from "../db/database.ts";
import type { CallCutter } from "../switches/call-cutter.ts";
import { type AskedCuts, askForCuts } from "./ask-for-cuts.ts";
import { CutDesk, type CutNotice } from "./cut-desk.ts";

/** Tells what was asked for, what came of it, and that it could not be looked at. */
export interface CutsWatch {
  asked(asked: AskedCuts): void;
  readonly cut: CutNotice;
  failed(error: unknown): void;
}

/** From one look at what is to be done to the next. */
const LOOK_MS = 250;
/** From one look for sessions that have to end to the next; one that takes long is made less often. */
const ASK_MS = 1_000;
const ASK_PAUSES = 10;
/**
 * After a start, and after the database was away: switches connect, and tell what they could not tell before. Until
 * then no call is taken to have gone on beyond its grant, and a cut without a way is not given up.
 */
const SETTLING_MS = 60_000;

/**
 * Until `signal`: carries out cuts through `cutters`, and asks for those that nobody has to ask for. `reportS`: how
 * long a session may be silent beyond its grant; `isCatchingUp`: reports of an outage are still being taken in. To be
 * waited for after the cutters' listeners are closed.
 */
export async function watchCuts(
  db: Database,
  cutters: readonly CallCutter[],
  {
    watch,
    signal,
    reportS = DEFAULT_POLICY.reportS,
    isCatchingUp = () => false,
  }: {
    readonly watch: CutsWatch;
    readonly signal: AbortSignal;
    readonly reportS?: number;
    readonly isCatchingUp?: () => boolean;
  },
): Promise<void> {
  const desk = new CutDesk(db, cutters, watch.cut);
  let unsettledMs = performance.now();
  const hasSettled = () => performance.now() - unsettledMs > SETTLING_MS;
  const failed = (error: unknown) => {
    unsettledMs = performance.now();
    watch.failed(error);
  };
  await Promise.all([
    repeat(signal, async () => {
      await desk.look({ givesUpOverdue: hasSettled() }).catch(failed);
      return LOOK_MS;
    }),
    repeat(signal, async () => {
      const beganMs = performance.now();
      if (isCatchingUp()) unsettledMs = beganMs;
      await askForCuts(db, { reportS, seesBeyond: hasSettled() }).then((asked) => {
        if (asked.beyondGrant + asked.unpaid > 0) watch.asked(asked);
      }, failed);
      return Math.max(ASK_MS, (performance.now() - beganMs) * ASK_PAUSES);
    }),
  ]);
  await desk.settled();
}

/** Does something again and again, each time so many milliseconds after it was done. */
async function repeat(signal: AbortSignal, once: () => Promise<number>): Promise<void> {
  while (!signal.aborted) await sleep(await once(), undefined, { signal }).catch(() => undefined);
}
