import { invariant } from "../../core/invariant.ts";
import type { Database } from "../db/database.ts";
import { isDatabaseAway } from "../db/database-failure.ts";
import { retrying } from "../db/retrying.ts";
import type { Tx } from "../db/tx.ts";
import { traced } from "../tracing/traced.ts";
import { chargeBatch } from "./charge-batch.ts";
import { ChargedSources } from "./charged-sources.ts";
import type { BatchMeter } from "./charging-meter.ts";
import type { ChargingAnswer, ChargingRequest } from "./charging-request.ts";
import {
  type ChargedSource,
  type ChargingBatch,
  type ChargingPolicy,
  type NamedRequest,
  sessionIdOf,
} from "./charging-work.ts";
import { chargingOverloaded, decidedTooLate } from "./problems.ts";
import { type InTime, type Waiting, WaitingRequests } from "./waiting-requests.ts";

/** Requests that share one transaction. */
const BATCH_MAX = 500;
/** So few are not shared out: a transaction costs as much as some of its requests. */
const SHARE_MIN = 50;
/** Batches under way at a time: one is decided here while the database works on another. */
const BATCHES_MAX = 2;
/** Requests that wait, for as long as it takes or for their time. */
const WAITING_MAX = 20_000;
/** How much the latest batch says of how long the next will take. */
const LATEST = 0.5;

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
  readonly #batches: BatchMeter | undefined;
  readonly #sources: ChargedSources;
  readonly #runs = new Set<Promise<void>>();
  /** Sessions whose requests are being decided. */
  readonly #busy = new Set<string>();
  /** When each batch under way was begun. */
  readonly #begun = new Map<readonly Waiting[], number>();
  readonly #waiting = new WaitingRequests();
  /** Requests with a deadline, in its order; those that are settled fall out when it comes. */
  #due: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #batchMs = 0;

  constructor(db: Database, tenantId: string, policy: ChargingPolicy, batches?: BatchMeter) {
    this.#db = db;
    this.#tenantId = tenantId;
    this.#policy = policy;
    this.#batches = batches;
    this.#sources = new ChargedSources(db, tenantId);
  }

  /**
   * Decides a request and answers once the decision is committed, as long as it takes. Errors: Problem
   * `charging-overloaded`, and those of the database; the same request may be sent again after any of them.
   */
  async decide(request: ChargingRequest): Promise<ChargingAnswer> {
    const outcome = await this.ask(request, null);
    if (outcome.kind === "answered") return outcome.answer;
    throw outcome.kind === "busy" ? chargingOverloaded() : outcome.error;
  }

  /**
   * Has a request decided within `waitMs`; null: as long as it takes. Says early what cannot be in time. Errors: of the
   * request or its source; none that says that the database is away.
   */
  async ask(request: ChargingRequest, waitMs: number | null): Promise<InTime> {
    const nowMs = performance.now();
    const early = waitMs === null ? undefined : this.#cannotBe(request, nowMs, waitMs);
    if (early !== undefined) return early;
    if (this.#waiting.size >= WAITING_MAX) return { kind: "busy" };
    const { promise, resolve, reject } = Promise.withResolvers<InTime>();
    const times = { arrivedMs: nowMs, deadlineMs: nowMs + (waitMs ?? Number.POSITIVE_INFINITY) };
    const state = { isHanded: false, isSettled: false };
    const waiting: Waiting = { request, id: sessionIdOf(request), ...times, resolve, reject, ...state };
    this.#waiting.add(waiting);
    if (waitMs !== null) this.#due.push(waiting);
    this.#watch();
    if (this.#runs.size < BATCHES_MAX) this.#start();
    return await promise;
  }

  get policy(): ChargingPolicy {
    return this.#policy;
  }

  /** A source as it was read last; undefined: it never was. */
  known(sourceId: string): ChargedSource | undefined {
    return this.#sources.known.get(sourceId);
  }

  /** A source with its settings and prices as they are now. Errors: those of opening it. */
  sourceNow(sourceId: string): Promise<ChargedSource> {
    return this.#sources.now(sourceId);
  }

  /**
   * Decides requests, no two of one session, in one transaction with what else belongs there. Errors: those of the
   * sources, the database and `alongside`.
   */
  async decideWith(
    requests: readonly ChargingRequest[],
    alongside: (tx: Tx, answers: readonly ChargingAnswer[]) => Promise<void>,
  ): Promise<readonly ChargingAnswer[]> {
    for (const sourceId of new Set(requests.map((request) => request.sourceId))) await this.#sources.now(sourceId);
    const named = requests.map((request) => ({ request, id: sessionIdOf(request) }));
    return await retrying(() => chargeBatch(this.#db, this.#batchOf(named), alongside), [UNIQUE]);
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
      const begunMs = performance.now();
      this.#begun.set(batch, begunMs);
      if (this.#waiting.size > 0 && this.#runs.size < BATCHES_MAX) this.#start();
      await traced("charging.batch", { "tollwright.requests": batch.length }, () => this.#decideAll(batch));
      this.#begun.delete(batch);
      const tookMs = performance.now() - begunMs;
      this.#batchMs += LATEST * (tookMs - this.#batchMs);
      this.#batches?.decided(batch.length, tookMs);
      for (const { id } of batch) this.#busy.delete(id);
    }
  }

  /** What waits is shared out among the runs that are free, so that all of them have work to do. */
  #take(): readonly Waiting[] {
    const free = BATCHES_MAX - this.#begun.size;
    const share = Math.max(SHARE_MIN, Math.ceil(this.#waiting.size / free));
    return this.#waiting.take(Math.min(BATCH_MAX, share), this.#busy);
  }

  /** Why a request would wait for nothing; undefined: it can be decided in time, as far as one can tell. */
  #cannotBe(request: ChargingRequest, nowMs: number, waitMs: number): InTime | undefined {
    if (this.#begun.size < BATCHES_MAX) return undefined;
    const ages = [...this.#begun.values()].map((begunMs) => nowMs - begunMs);
    if (Math.min(...ages) > waitMs) return { kind: "away", mayCommit: false, error: decidedTooLate() };
    const nextMs = Math.max(0, this.#batchMs - Math.max(...ages));
    const rounds = Math.floor(this.#waiting.aheadOf(request) / BATCH_MAX / BATCHES_MAX);
    return nextMs + (rounds + 1) * this.#batchMs > waitMs ? { kind: "busy" } : undefined;
  }

  /** Sees to it that whoever is due first is answered then. */
  #watch(): void {
    const [first] = this.#due;
    if (first === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#expire(), Math.max(1, first.deadlineMs - performance.now()));
  }

  /** Answers those whose time is over: busy, unless it is the database that keeps them waiting. */
  #expire(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    const begun = [...this.#begun.values()];
    let over = 0;
    for (const waiting of this.#due) {
      const { id, arrivedMs, deadlineMs, isHanded, isSettled } = waiting;
      if (deadlineMs > nowMs && !isSettled) break;
      over += 1;
      // Its session is in work, or nothing was finished since it came: it is the database that keeps it waiting.
      const isAway = this.#busy.has(id) || begun.every((begunMs) => begunMs <= arrivedMs);
      if (!isSettled)
        settle(waiting, isAway ? { kind: "away", mayCommit: isHanded, error: decidedTooLate() } : { kind: "busy" });
    }
    this.#due.splice(0, over);
    this.#watch();
  }

  #batchOf(requests: readonly NamedRequest[]): ChargingBatch {
    return { tenantId: this.#tenantId, sources: this.#sources.known, policy: this.#policy, requests };
  }

  /** Settles every request of a batch; never throws. */
  async #decideAll(batch: readonly Waiting[]): Promise<void> {
    const ready: Waiting[] = [];
    for (const [sourceId, ofSource] of Map.groupBy(batch, ({ request }) => request.sourceId))
      try {
        await this.#sources.now(sourceId);
        ready.push(...ofSource);
      } catch (error) {
        for (const waiting of ofSource)
          if (isDatabaseAway(error)) settle(waiting, { kind: "away", mayCommit: false, error });
          else fail(waiting, error);
      }
    if (ready.length > 0) await this.#decideOrSplit(ready);
  }

  /**
   * A request that cannot be decided fails alone: the batch is halved until it is found. Who was answered meanwhile,
   * because its time was over, is decided no more.
   */
  async #decideOrSplit(batch: readonly Waiting[]): Promise<void> {
    const inTime = batch.filter(({ isHanded, isSettled }) => isHanded || !isSettled);
    if (inTime.length === 0) return;
    for (const waiting of inTime) waiting.isHanded = true;
    let isCommitting = false;
    try {
      const answers = await retrying(
        () =>
          chargeBatch(this.#db, this.#batchOf(inTime), async () => {
            isCommitting = true;
          }),
        [UNIQUE],
      );
      for (const [index, waiting] of inTime.entries()) {
        const answer = answers[index];
        invariant(answer, "a batch answers every request");
        settle(waiting, { kind: "answered", answer });
      }
    } catch (error) {
      const isAway = isDatabaseAway(error);
      if (inTime.length > 1 && !isAway) {
        const half = Math.ceil(inTime.length / 2);
        await this.#decideOrSplit(inTime.slice(0, half));
        await this.#decideOrSplit(inTime.slice(half));
        return;
      }
      for (const waiting of inTime)
        if (isAway) settle(waiting, { kind: "away", mayCommit: isCommitting, error });
        else fail(waiting, error);
    }
  }
}

function settle(waiting: Waiting, outcome: InTime): void {
  waiting.isSettled = true;
  waiting.resolve(outcome);
}

function fail(waiting: Waiting, error: unknown): void {
  waiting.isSettled = true;
  waiting.reject(error);
}

/** Another process opened a session of the same name at the same time: the next try finds it. */
const UNIQUE = "23505";
