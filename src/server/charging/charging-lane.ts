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
/** Requests that wait: with more of them the last would be answered when its switch has long given up. */
const WAITING_MAX = 5_000;
/** How old settings and prices may be that a call is decided by. */
const SETTINGS_AGE_MS_MAX = 1_000;

/**
 * The charging requests of one tenant in this process. Those that arrive while a batch is decided share the next
 * transaction: a lone request waits for nothing, and under load one commit serves hundreds
 * (docs/decisions/0006-micro-batched-charging.md). Any number of processes may charge the same tenant.
 */
export class ChargingLane {
  readonly #db: Database;
  readonly #tenantId: string;
  readonly #policy: ChargingPolicy;
  readonly #rating = new LiveRatingContext();
  readonly #sources = new Map<string, ChargedSource & { readonly loadedAtMs: number }>();
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

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
    this.#running ??= this.#run();
    return await promise;
  }

  /** Waits for everything that was taken. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // requests of the same moment share the first batch, too
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) await this.#decideAll(batch);
    this.#running = undefined;
  }

  /** The next requests in order, one of a session: another of the same waits for the batch after. */
  #take(): readonly Waiting[] {
    const taken = new Map<string, Waiting>();
    const left: Waiting[] = [];
    for (const waiting of this.#waiting)
      if (taken.size < BATCH_MAX && !taken.has(waiting.id)) taken.set(waiting.id, waiting);
      else left.push(waiting);
    this.#waiting = left;
    return [...taken.values()];
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

  /** Settings and prices of a source, read again when they are too old. Errors: those of {@link openSourceNow}. */
  async #load(sourceId: string): Promise<void> {
    const known = this.#sources.get(sourceId);
    if (known !== undefined && performance.now() - known.loadedAtMs < SETTINGS_AGE_MS_MAX) return;
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
