import type { AnsweredRequest } from "../../core/charging/session.ts";
import type { ChargingAnswer, ChargingRequest } from "./charging-request.ts";

/** A request with what it was answered, as its session remembers it. */
export const answered = (request: ChargingRequest, answer: ChargingAnswer): AnsweredRequest<ChargingAnswer> => ({
  key: request.requestKey,
  answer,
  ...(request.kind === "update" && request.number !== undefined && { number: request.number }),
});
