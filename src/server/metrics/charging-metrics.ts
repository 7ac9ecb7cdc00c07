import { Counter, Histogram, type Registry } from "prom-client";
import { Problem } from "../../core/problem.ts";
import type { BatchMeter, ChargingMeter, ChargingProtocol } from "../charging/charging-meter.ts";
import type { ChargingAnswer, ChargingRequest } from "../charging/charging-request.ts";

const KINDS = ["authorise", "update", "stop"] as const satisfies readonly ChargingRequest["kind"][];
const RESULTS = ["granted", "refused", "closed", "unknown", "busy", "failed"] as const;
type Result = (typeof RESULTS)[number] & (ChargingAnswer["kind"] | "busy" | "failed");

const ANSWER_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1, 2.5, 5, 10];
const BATCH_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const BATCH_REQUESTS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const S_PER_MS = 1 / 1_000;

/** Answers of charging by protocol, and the transactions behind them. */
export function chargingMetrics(registry: Registry): {
  readonly batches: BatchMeter;
  readonly meterOf: (protocol: ChargingProtocol) => ChargingMeter;
} {
  const registers = [registry];
  const answers = new Counter({
    ...{ name: "tollwright_charging_answers_total", help: "Charging requests that were answered", registers },
    labelNames: ["protocol", "kind", "result"],
  });
  const refusals = new Counter({
    ...{ name: "tollwright_charging_refusals_total", help: "Charging requests that were refused", registers },
    labelNames: ["protocol", "reason"],
  });
  const seconds = new Histogram({
    ...{ name: "tollwright_charging_answer_seconds", help: "From a charging request to its answer", registers },
    ...{ labelNames: ["protocol", "kind"], buckets: ANSWER_S },
  });
  const batchRequests = new Histogram({
    ...{ name: "tollwright_charging_batch_requests", help: "Charging requests of one transaction", registers },
    buckets: BATCH_REQUESTS,
  });
  const batchSeconds = new Histogram({
    ...{ name: "tollwright_charging_batch_seconds", help: "Transactions of charging", registers, buckets: BATCH_S },
  });
  return {
    batches: {
      decided: (requests, ms) => {
        batchRequests.observe(requests);
        batchSeconds.observe(ms * S_PER_MS);
      },
    },
    meterOf: (protocol) => meterOf(protocol, { answers, refusals, seconds }),
  };
}

interface OfCharging {
  readonly answers: Counter;
  readonly refusals: Counter;
  readonly seconds: Histogram;
}

/** Every child is bound once, so that a request makes no labels; refusals have as many as there are reasons. */
function meterOf(protocol: ChargingProtocol, { answers, refusals, seconds }: OfCharging): ChargingMeter {
  const children = new Map(
    KINDS.map((kind) => [
      kind,
      {
        seconds: seconds.labels(protocol, kind),
        results: new Map(RESULTS.map((result) => [result, answers.labels(protocol, kind, result)])),
      },
    ]),
  );
  const reasons = new Map<string, { inc(): void }>();
  const count = (kind: ChargingRequest["kind"], result: Result, ms: number) => {
    const child = children.get(kind);
    child?.seconds.observe(ms * S_PER_MS);
    child?.results.get(result)?.inc();
  };
  return {
    answered: (kind, answer, ms) => {
      count(kind, answer.kind, ms);
      if (answer.kind !== "refused") return;
      const { code } = answer.reason;
      const reason = reasons.get(code) ?? refusals.labels(protocol, code);
      reasons.set(code, reason);
      reason.inc();
    },
    failed: (kind, error, ms) => count(kind, isBusy(error) ? "busy" : "failed", ms),
  };
}

const isBusy = (error: unknown): boolean => error instanceof Problem && error.code === "charging-overloaded";
