import { join } from "node:path";
import { now, uuidv7 } from "../../clock.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { LiveRatingContext } from "../rating/live-rating-context.ts";
import { markFailed, traced } from "../tracing/traced.ts";
import type { Pull } from "./find-pulls.ts";
import { holderOfThisProcess, isDeadHolder } from "./pull-holder.ts";
import { endRun, ensurePull, keepPull, releasePull, type StoredPull, storedProblem, takePull } from "./pull-store.ts";
import type { PullEvent } from "./puller.ts";
import { pullerOf } from "./pullers.ts";
import { nextRunAt, retryS } from "./schedule.ts";

/** How one run of a pull ended. */
export type PullRunEnd =
  | { readonly kind: "done" }
  /** Another process runs it. */
  | { readonly kind: "busy"; readonly holder: string }
  /** The process is to end: what was under way goes on with the next run. */
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly error: unknown; readonly retryS: number };

export interface PullRunOptions {
  /** Fetched files lie in a folder of the pull's own below it. */
  readonly spoolDir: string;
  readonly signal: AbortSignal;
  readonly report: (event: PullEvent) => void;
  /** Keeps prices from one run to the next. */
  readonly rating?: LiveRatingContext;
}

/**
 * A process that is killed or cut off from the database holds a pull for so long; one that lives says so more often.
 */
const HOLD_S = 60;
const KEEP_MS = 15_000;
const MS_PER_S = 1_000;

/**
 * Runs a pull once, unless another process does, and notes how it went. Whatever is killed meanwhile: the next run goes
 * on, and every record is stored once. Errors: those of the database; what the pull itself meets is in the answer.
 */
export async function runPull(db: Database, pull: Pull, options: PullRunOptions): Promise<PullRunEnd> {
  const { source, settings } = pull;
  const attributes = { "tollwright.source": source.name, "tollwright.pull": settings.name };
  return await traced("pull.run", attributes, async (span) => {
    const end = await runOnce(db, pull, options);
    span.setAttribute("tollwright.end", end.kind);
    if (end.kind === "failed") markFailed(span, end.error);
    return end;
  });
}

async function runOnce(db: Database, { source, settings }: Pull, options: PullRunOptions): Promise<PullRunEnd> {
  const { tenantId } = source;
  const startedAt = fromInstant(now());
  const taken = await take(db, { id: uuidv7(), tenantId, sourceId: source.id, name: settings.name });
  if ("heldBy" in taken) return { kind: "busy", holder: taken.heldBy };
  const { pull } = taken;
  const holding = hold(db, pull);
  const signal = AbortSignal.any([options.signal, holding.lost]);
  let error: unknown;
  let againS: number | null = null;
  try {
    const ended = await pullerOf(settings.kind).run({
      ...{ db, source, settings, pull, signal, isPreview: false },
      spoolDir: join(options.spoolDir, pull.id),
      rating: options.rating ?? new LiveRatingContext(),
      report: options.report,
    });
    againS = ended.againS;
  } catch (thrown) {
    error = thrown;
  } finally {
    holding.end();
  }
  const holder = holderOfThisProcess();
  if (signal.aborted) {
    await db.transaction("app", { tenantId }, (tx) => releasePull(tx, pull.id, holder));
    return { kind: "stopped" };
  }
  const retry = retryS(pull.failures + 1);
  const regularS = Math.max(0, (nextRunAt(settings.schedule, startedAt) - fromInstant(now())) / MS_PER_S);
  const nextInS = error === undefined ? Math.min(regularS, againS ?? regularS) : retry;
  const run = { holder, nextInS, problem: error === undefined ? null : storedProblem(error) };
  await db.transaction("app", { tenantId }, (tx) => endRun(tx, pull.id, run));
  return error === undefined ? { kind: "done" } : { kind: "failed", error, retryS: retry };
}

async function take(
  db: Database,
  wanted: Pick<StoredPull, "id" | "tenantId" | "sourceId" | "name">,
): Promise<{ readonly pull: StoredPull } | { readonly heldBy: string }> {
  return await db.transaction("app", { tenantId: wanted.tenantId }, async (tx) => {
    const pull = await ensurePull(tx, wanted);
    const dead = pull.holder !== null && isDeadHolder(pull.holder) ? pull.holder : null;
    const isTaken = await takePull(tx, pull.id, { holder: holderOfThisProcess(), dead, forS: HOLD_S });
    return isTaken ? { pull } : { heldBy: pull.holder ?? "another process" };
  });
}

/** Says in time that the pull is still worked on; `lost` is aborted when that is no longer so. */
function hold(db: Database, { id, tenantId }: StoredPull): { readonly lost: AbortSignal; end(): void } {
  const lost = new AbortController();
  const timer = setInterval(() => {
    db.transaction("app", { tenantId }, (tx) => keepPull(tx, id, { holder: holderOfThisProcess(), forS: HOLD_S })).then(
      (isKept) => !isKept && lost.abort(),
      () => undefined, // the run's own statements meet the same fault
    );
  }, KEEP_MS);
  return { lost: lost.signal, end: () => clearInterval(timer) };
}
