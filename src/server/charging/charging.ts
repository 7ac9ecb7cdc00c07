import type { Database } from "../db/database.ts";
import { ChargingLane } from "./charging-lane.ts";
import type { ChargingAnswer, ChargingRequest } from "./charging-request.ts";
import { type ChargedSource, type ChargingPolicy, DEFAULT_POLICY } from "./charging-work.ts";

/** Decides the charging requests of every tenant in this process. One for a process, whatever protocols it speaks. */
export class Charging {
  readonly #db: Database;
  readonly #policy: ChargingPolicy;
  readonly #lanes = new Map<string, ChargingLane>();

  constructor(db: Database, policy: ChargingPolicy = DEFAULT_POLICY) {
    this.#db = db;
    this.#policy = policy;
  }

  /**
   * Decides a request of a tenant's source, and answers once the decision is committed. Errors: as of
   * {@link ChargingLane.decide}.
   */
  decide(tenantId: string, request: ChargingRequest): Promise<ChargingAnswer> {
    return this.#laneOf(tenantId).decide(request);
  }

  /** A source with its settings and prices as they are now. Errors: those of opening it. */
  sourceNow(tenantId: string, sourceId: string): Promise<ChargedSource> {
    return this.#laneOf(tenantId).sourceNow(sourceId);
  }

  /** Waits for everything that was taken. */
  async settled(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.settled()));
  }

  #laneOf(tenantId: string): ChargingLane {
    const lane = this.#lanes.get(tenantId) ?? new ChargingLane(this.#db, tenantId, this.#policy);
    this.#lanes.set(tenantId, lane);
    return lane;
  }
}
