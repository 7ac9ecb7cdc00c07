import { hash } from "node:crypto";
import { uuidv7 } from "../../clock.ts";
import { invariant } from "../../core/invariant.ts";
import type { Actor } from "../access/actor.ts";
import { auditJson } from "../audit/audit-json.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { BulkTx } from "../db/tx.ts";
import { recordEvents } from "../events/record-events.ts";
import { LiveRatingContext } from "../rating/live-rating-context.ts";
import { holdStoredCalls } from "../usage/hold-stored-calls.ts";
import { lockIdentities, moveCalls } from "./call-store.ts";
import { booksToRerate, nextPage, PROGRESS_TOTAL, progressOf } from "./next-page.ts";
import { type OpenedDesk, openDesk } from "./open-desk.ts";
import { PAGE_CALLS } from "./preview-rerating.ts";
import { type ReratingReport, reportOf } from "./report.ts";
import { rerateMonths } from "./rerate-months.ts";
import { rerateCalls } from "./rerate-page.ts";
import {
  endRun,
  findRunOf,
  insertRun,
  insertRunBatch,
  loadTotals,
  lockRun,
  type ReratingRun,
  saveProgress,
} from "./run-store.ts";
import type { ReratingRequest } from "./selection.ts";
import { writeDifference } from "./settle-difference.ts";
import { Tally } from "./tally.ts";

/** A re-rating to be done. */
export interface Rerating {
  readonly request: ReratingRequest;
  readonly actor: Actor;
  readonly reason: string;
  readonly onProgress?: (done: number, total: number) => void;
  /** Calls in one transaction. */
  readonly pageCalls?: number;
}

/** What a re-rating has done, pages before a kill included. */
export interface AppliedRerating extends ReratingReport {
  readonly run: ReratingRun;
  /** `before`: the same request was done under the settings of today, and nothing is left to do. */
  /** `busy`: calls kept coming into months that are priced as a whole; asked for again, it goes on there. */
  readonly outcome: "done" | "before" | "cancelled" | "busy";
  /** It went on with a run that had been broken off. */
  readonly resumed: boolean;
  /** Settings changed since the run was started: calls that it took before may have another price again. */
  readonly settingsChanged: boolean;
}

/**
 * Brings the charges of a selection's calls to today's prices: page by page, each in a transaction that takes back,
 * charges anew, posts the difference and moves the run's position. A run that was killed goes on where it stopped when
 * it is asked for again; several processes that ask for it share the work. Runs over the same calls wait for each other
 * page by page, and what comes second finds nothing left to do.
 */
export async function applyRerating(db: Database, rerating: Rerating): Promise<AppliedRerating> {
  const { request, onProgress, pageCalls = PAGE_CALLS } = rerating;
  const live = new LiveRatingContext();
  let opened = await openDesk(db, live, request);
  const begun = await beginRun(db, rerating, opened);
  const resumed = begun.position !== null && begun.state === "running";
  let state: Step["state"] = begun.state;
  while (state === "running") {
    const step = await takePage(db, opened, begun.id, pageCalls);
    state = step.state;
    onProgress?.(step.progress, PROGRESS_TOTAL);
    opened = await openDesk(db, live, request);
  }
  const { tenantId } = request;
  const complete = state !== "calls-done" || (await finishRun(db, opened, begun));
  const { run, totals } = await db.transaction("app", { tenantId }, async (tx) => {
    const ended = await lockRun(tx, tenantId, begun.id);
    invariant(ended, "a run that was begun is there");
    return { run: ended, totals: await loadTotals(tx, ended) };
  });
  return {
    ...reportOf(opened.desk.context, totals),
    run,
    outcome: begun.state === "done" ? "before" : run.state === "cancelled" ? "cancelled" : complete ? "done" : "busy",
    resumed,
    settingsChanged: run.settingsFingerprint !== opened.settingsFingerprint,
  };
}

/** The run of this request that is under way, or was done under the same settings; else a new one. */
async function beginRun(
  db: Database,
  { request, actor, reason }: Rerating,
  { desk, settingsFingerprint }: OpenedDesk,
): Promise<ReratingRun> {
  const { tenantId } = request;
  const requestHash = hash("sha256", JSON.stringify(request), "hex");
  return await db.transaction("app", { tenantId }, async (tx) => {
    const present = await findRunOf(tx, tenantId, requestHash);
    if (present?.state === "running") return present;
    if (present?.settingsFingerprint === settingsFingerprint) return present;
    const { epoch: tariffEpoch } = desk.context.tariffs;
    const run = { id: uuidv7(), request, requestHash, author: actor.name, reason, tariffEpoch, settingsFingerprint };
    await insertRun(tx, run);
    const object = { kind: "re-rating", id: run.id, name: run.id };
    await recordAudit(tx, actor, [
      { action: "re-rating.begun", object, before: null, after: auditJson({ ...request, tariffEpoch }), reason },
    ]);
    const begun = await findRunOf(tx, tenantId, requestHash);
    invariant(begun, "a run that was begun is there");
    return begun;
  });
}

interface Step {
  /** `calls-done`: all calls are taken; months whose calls are priced in their turns may be left. */
  readonly state: ReratingRun["state"] | "calls-done";
  readonly progress: number;
}

/** After the last call: the months whose calls are priced in their turns. Answers whether all of them came to rest. */
async function finishRun(db: Database, { desk }: OpenedDesk, { id }: ReratingRun): Promise<boolean> {
  const { tenantId } = desk.request;
  const run = await db.transaction("app", { tenantId }, (tx) => lockRun(tx, tenantId, id));
  invariant(run, `run ${id} is there`);
  const complete = await rerateMonths(db, desk, run);
  if (complete)
    await db.transaction("app", { tenantId }, async (tx) => {
      const locked = await lockRun(tx, tenantId, id);
      if (locked?.state !== "running") return;
      await endRun(tx, id, "done");
      const { reason, changed: calls, author: by } = locked;
      const done = { kind: "rerating-applied", accountId: null, objectId: id, data: { reason, calls, by } } as const;
      await recordEvents(tx, tenantId, [done]);
    });
  return complete;
}

/** One page of a run, from where it stands: in one transaction, the identities locked first and the books last. */
async function takePage(db: Database, { desk }: OpenedDesk, runId: string, limit: number): Promise<Step> {
  return await db.bulk("ingest", {}, async (tx): Promise<Step> => {
    const run = await lockRun(tx, desk.request.tenantId, runId);
    invariant(run, `run ${runId} is there`);
    if (run.state !== "running") return { state: run.state, progress: PROGRESS_TOTAL };
    await holdStoredCalls(tx, desk.request.tenantId);
    const books = await booksToRerate(tx, desk);
    const page = await nextPage(tx, desk, { books, after: run.position, limit });
    const last = page.at(-1);
    if (last === undefined) return { state: "calls-done", progress: PROGRESS_TOTAL };
    await lockIdentities(
      tx,
      page.map(({ usageId }) => usageId),
    );
    const tally = new Tally();
    const difference = await rerateCalls(tx, desk, { places: page, runId }, tally);
    await saveProgress(tx, run, last, tally.totals);
    await writePage(tx, run, desk, difference);
    return { state: "running", progress: progressOf(desk, books, last) };
  });
}

/** A page on which nothing differs leaves no batch, no charge and no journal. */
async function writePage(
  tx: BulkTx,
  run: ReratingRun,
  { context, request }: OpenedDesk["desk"],
  { entries, moved }: Awaited<ReturnType<typeof rerateCalls>>,
): Promise<void> {
  if (entries.length === 0 && moved.length === 0) return;
  const { batchId, bookedAt } = await insertRunBatch(tx, run);
  await moveCalls(tx, batchId, moved);
  const signature = { bookedBy: run.author, memo: `Re-rating: ${run.reason}`, accounts: context.accounts };
  await writeDifference(tx, { tenantId: request.tenantId, batchId, bookedAt, ...signature }, entries);
}
