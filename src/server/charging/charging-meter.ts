import type { ChargingAnswer, ChargingRequest } from "./charging-request.ts";

/** What asks for charging. */
export type ChargingProtocol =
  | "http"
  | "xml-curl"
  | "radius"
  | "diameter"
  | "evapi"
  | "cgrates"
  | "event-socket"
  | "agi"
  | "ari";

/** Told of every request that a protocol asks, from its arrival to its answer. */
export interface ChargingMeter {
  answered(kind: ChargingRequest["kind"], answer: ChargingAnswer, ms: number): void;
  failed(kind: ChargingRequest["kind"], error: unknown, ms: number): void;
}

/** Told of every transaction in which requests were decided. */
export interface BatchMeter {
  decided(requests: number, ms: number): void;
}
