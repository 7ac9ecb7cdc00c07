import type { Database } from "../db/database.ts";
import { ChargingLane } from "./charging-lane.ts";
import type { BatchMeter, ChargingMeter } from "./charging-meter.ts";
import type { ChargingAnswer, ChargingRequest } from "./charging-request.ts";
import { type ChargedSource, type ChargingPolicy, DEFAULT_POLICY } from "./charging-work.ts";
import { findLegs, type Leg } from "./find-legs.ts";

/** Who answers when the database does not, or not in time. */
export interface Fallback {
  /** Decides a request by the lane, or for it. */
  decide(lane: ChargingLane, tenantId: string, request: ChargingRequest): Promise<ChargingAnswer>;
  /** Whether a request's session has told more than the database knows. */
  awaits(tenantId: string, request: ChargingRequest): boolean;
  /** The database is away, or was until lately: sessions may be silent in its eyes alone. */
  readonly isCatchingUp: boolean;
}

/** What a process has of charging, whichever protocol asks. */
interface Shared {
  readonly lanes: Map<string, ChargingLane>;
  readonly batches: BatchMeter | undefined;
  fallback: Fallback | undefined;
}

/** Decides the charging requests of every tenant in this process. One for a process, whatever protocols it speaks. */
export class Charging {
  readonly #db: Database;
  readonly #policy: ChargingPolicy;
  readonly #meter: ChargingMeter | undefined;
  readonly #shared: Shared;

  constructor(
    db: Database,
    policy: ChargingPolicy = DEFAULT_POLICY,
    { batches, meter, shared }: { readonly batches?: BatchMeter; readonly meter?: ChargingMeter; shared?: Shared } = {},
  ) {
    this.#db = db;
    this.#policy = policy;
    this.#meter = meter;
    this.#shared = shared ?? { lanes: new Map(), batches, fallback: undefined };
  }

  /** The same, as one protocol asks it: `meter` is told of what that asks. */
  metered(meter: ChargingMeter): Charging {
    return new Charging(this.#db, this.#policy, { meter, shared: this.#shared });
  }

  /**
   * Decides a request of a tenant's source, and answers once the decision is committed. Errors: as of
   * {@link ChargingLane.decide}.
   */
  async decide(tenantId: string, request: ChargingRequest): Promise<ChargingAnswer> {
    if (this.#meter === undefined) return await this.#decide(tenantId, request);
    const arrivedMs = performance.now();
    try {
      const answer = await this.#decide(tenantId, request);
      this.#meter.answered(request.kind, answer, performance.now() - arrivedMs);
      return answer;
    } catch (error) {
      this.#meter.failed(request.kind, error, performance.now() - arrivedMs);
      throw error;
    }
  }

  #decide(tenantId: string, request: ChargingRequest): Promise<ChargingAnswer> {
    const lane = this.laneOf(tenantId);
    if (request.kind === "stop" && request.isGivenUp) return this.#giveUp(lane, tenantId, request);
    return this.#shared.fallback?.decide(lane, tenantId, request) ?? lane.decide(request);
  }

  /** From now on requests have their time, and what is not decided in it is answered by `fallback`. */
  fallBackOn(fallback: Fallback): void {
    this.#shared.fallback = fallback;
  }

  /** Whether silent sessions may be silent in the database's eyes alone, so that none should be given up. */
  get isCatchingUp(): boolean {
    return this.#shared.fallback?.isCatchingUp ?? false;
  }

  /** The sessions of other services than voice that a source has under a key. */
  legs(of: { readonly sourceId: string; readonly key: string }): Promise<readonly Leg[]> {
    return findLegs(this.#db, of);
  }

  /** A source with its settings and prices as they are now. Errors: those of opening it. */
  sourceNow(tenantId: string, sourceId: string): Promise<ChargedSource> {
    return this.laneOf(tenantId).sourceNow(sourceId);
  }

  /** Waits for everything that was taken. */
  async settled(): Promise<void> {
    await Promise.all([...this.#shared.lanes.values()].map((lane) => lane.settled()));
  }

  /** A session that has told more than the database knows is not silent. */
  async #giveUp(lane: ChargingLane, tenantId: string, request: ChargingRequest): Promise<ChargingAnswer> {
    return this.#shared.fallback?.awaits(tenantId, request) ? { kind: "unknown" } : await lane.decide(request);
  }

  /** Where a tenant's requests are decided. */
  laneOf(tenantId: string): ChargingLane {
    const { lanes, batches } = this.#shared;
    const lane = lanes.get(tenantId) ?? new ChargingLane(this.#db, tenantId, this.#policy, batches);
    lanes.set(tenantId, lane);
    return lane;
  }
}
