import { invariant } from "../../core/invariant.ts";
import { Problem } from "../../core/problem.ts";
import type { Database } from "../db/database.ts";
import { databaseFailure } from "../db/database-failure.ts";
import { retrying } from "../db/retrying.ts";
import { openSourceNow } from "../mediation/open-source-now.ts";
import { LiveRatingContext } from "../rating/live-rating-context.ts";
import { chargeBatch } from "./charge-batch.ts";
import type { ChargingAnswer, ChargingRequest } from "./charging-request.ts";
import { type ChargedSource, type ChargingPolicy, sessionIdOf } from "./charging-work.ts";
import { chargingOverloaded } from "./problems.ts";

/** A request that waits for its decision. */
interface Waiting {
  readonly request: ChargingRequest;
  readonly id: string;
  readonly resolve: (answer: ChargingAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests that share one transaction. */
const BATCH_MAX = 500;
/** Batches under way at a time: one is decided here while the database works on another. */
const BATCHES_MAX = 2;
/** Requests that wait: with more of them the last would be answered when its switch has long given up. */
const WAITING_MAX = 5_000;
/** How old settings and prices may be that a call is decided by; they are read again before, and no call waits. */
const SETTINGS_AGE_MS_MAX = 1_000;
const SETTINGS_REFRESH_MS = 500;

/**
 * The charging requests of one tenant in this process. Those that arrive while a batch is decided share the next
 * transaction: a lone request waits for nothing, and under load one commit serves hundreds
 * (docs/decisions/0006-micro-batched-charging.md). Any number of processes may charge the same tenant; two batches at a
 * time of one process are to each other what batches of two processes are, but never have a session in common.
 */
export class ChargingLane {
  readonly #db: Database;
  readonly #tenantId: string;
  readonly #policy: ChargingPolicy;
  readonly #rating = new LiveRatingContext();
  readonly #sources = new Map<string, ChargedSource & { readonly loadedAtMs: number }>();
  readonly #loading = new Map<string, Promise<void>>();
  readonly #runs = new Set<Promise<void>>();
  /** Sessions whose requests are being decided. */
  readonly #busy = new Set<string>();
  #waiting: Waiting[] = [];

  constructor(db: Database, tenantId: string, policy: ChargingPolicy) {
    this.#db = db;
    this.#tenantId = tenantId;
    this.#policy = policy;
  }

  /**
   * Decides a request and answers once the decision is committed. Errors: Problem `charging-overloaded`, and those of
   * the database; the same request may be sent again after any of them.
   */
  async decide(request: ChargingRequest): Promise<ChargingAnswer> {
    if (this.#waiting.length >= WAITING_MAX) throw chargingOverloaded();
    const { promise, resolve, reject } = Promise.withResolvers<ChargingAnswer>();
    this.#waiting.push({ request, id: sessionIdOf(request), resolve, reject });
    if (this.#runs.size < BATCHES_MAX) this.#start();
    return await promise;
  }

  /** Waits for everything that was taken. */
  async settled(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all(this.#runs);
  }

  #start(): void {
    const run = this.#run().finally(() => this.#runs.delete(run));
    this.#runs.add(run);
  }

  /** Decides batches until nothing waits; what waits for a session of another run's batch is that run's. */
  async #run(): Promise<void> {
    await Promise.resolve(); // requests of the same moment share the first batch, too
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
      await this.#decideAll(batch);
      for (const { id } of batch) this.#busy.delete(id);
    }
  }

  /** The next requests in order, one of a session: another of the same waits for a batch after. */
  #take(): readonly Waiting[] {
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    for (const waiting of this.#waiting)
      if (taken.length < BATCH_MAX && !this.#busy.has(waiting.id)) {
        taken.push(waiting);
        this.#busy.add(waiting.id);
      } else left.push(waiting);
    this.#waiting = left;
    return taken;
  }

  /** Settles every request of a batch; never throws. */
  async #decideAll(batch: readonly Waiting[]): Promise<void> {
    const ready: Waiting[] = [];
    for (const [sourceId, ofSource] of Map.groupBy(batch, ({ request }) => request.sourceId))
      try {
        await this.#load(sourceId);
        ready.push(...ofSource);
      } catch (error) {
        for (const { reject } of ofSource) reject(error);
      }
    if (ready.length > 0) await this.#decideOrSplit(ready);
  }

  /** Settings and prices of a source, young enough to decide by. Errors: those of {@link openSourceNow}. */
  async #load(sourceId: string): Promise<void> {
    const known = this.#sources.get(sourceId);
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.loadedAtMs;
    if (ageMs < SETTINGS_REFRESH_MS) return;
    const loading = this.#loading.get(sourceId) ?? this.#read(sourceId);
    if (ageMs >= SETTINGS_AGE_MS_MAX) await loading;
    else loading.catch(() => undefined); // the next try, when they are too old, tells
  }

  #read(sourceId: string): Promise<void> {
    const loading = this.#readNow(sourceId).finally(() => this.#loading.delete(sourceId));
    this.#loading.set(sourceId, loading);
    return loading;
  }

  async #readNow(sourceId: string): Promise<void> {
    const loadedAtMs = performance.now();
    const opened = await openSourceNow(this.#db, { tenantId: this.#tenantId, sourceId }, this.#rating);
    this.#sources.set(sourceId, { ...opened, loadedAtMs });
  }

  /** A request that cannot be decided fails alone: the batch is halved until it is found. */
  async #decideOrSplit(batch: readonly Waiting[]): Promise<void> {
    try {
      const requests = batch.map(({ request }) => request);
      const answers = await retrying(
        () =>
          chargeBatch(this.#db, {
            tenantId: this.#tenantId,
            sources: this.#sources,
            policy: this.#policy,
            requests,
          }),
        [UNIQUE],
      );
      for (const [index, { resolve }] of batch.entries()) {
        const answer = answers[index];
        invariant(answer, "a batch answers every request");
        resolve(answer);
      }
    } catch (error) {
      if (batch.length === 1 || isOutage(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await this.#decideOrSplit(batch.slice(0, half));
      await this.#decideOrSplit(batch.slice(half));
    }
  }
}

/** Whether all others would fail in the same way. */
const isOutage = (error: unknown): boolean =>
  databaseFailure(error) !== null || (error instanceof Problem && error.code.startsWith("database-"));

/** Another process opened a session of the same name at the same time: the next try finds it. */
const UNIQUE = "23505";
