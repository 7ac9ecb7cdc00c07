import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { BatchMeter, ChargingMeter, ChargingProtocol } from "../charging/charging-meter.ts";
import type { Database } from "../db/database.ts";
import type { HttpMeter } from "../http/request-log.ts";
import { chargingMetrics } from "./charging-metrics.ts";
import { measuredDatabase } from "./database-metrics.ts";
import { httpMetrics } from "./http-metrics.ts";
import { importMetrics } from "./import-metrics.ts";
import { QueueMetrics } from "./queue-metrics.ts";
import { StoredMetrics } from "./stored-metrics.ts";

/**
 * What a process counts, by the names in docs/reference/metrics.md. On the way of a request nothing is made but
 * counters that were bound before; what has to be looked up is looked up when somebody scrapes.
 */
export class Metrics {
  readonly http: HttpMeter;
  readonly batches: BatchMeter;
  readonly queues: QueueMetrics;
  readonly chargingOver: (protocol: ChargingProtocol) => ChargingMeter;
  readonly #registry = new Registry();
  readonly #endImports: () => void;

  constructor(version: string) {
    collectDefaultMetrics({ register: this.#registry });
    const { batches, meterOf } = chargingMetrics(this.#registry);
    this.batches = batches;
    this.chargingOver = meterOf;
    this.http = httpMetrics(this.#registry);
    this.queues = new QueueMetrics(this.#registry);
    this.#endImports = importMetrics(this.#registry);
    const registers = [this.#registry];
    new Gauge({ name: "tollwright_info", help: "The version that runs", labelNames: ["version"], registers }).set(
      { version },
      1,
    );
  }

  /** The same database, whose transactions are timed and whose figures are told. */
  measured(db: Database): Database {
    new StoredMetrics(this.#registry, db);
    return measuredDatabase(this.#registry, db);
  }

  /** In Prometheus's text format. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  readonly contentType = this.#registry.contentType;

  /** Counts no more. */
  end(): void {
    this.#endImports();
    this.#registry.clear();
  }
}
