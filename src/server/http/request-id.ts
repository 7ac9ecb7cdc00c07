import type { IncomingMessage } from "node:http";
import { uuidv7 } from "../../clock.ts";

const SANE = /^[\w.:-]{8,64}$/;

/** The id that logs, answers and the audit name a request by: its own X-Request-Id where that is one, or a new one. */
export function requestId({ headers }: Pick<IncomingMessage, "headers">): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && SANE.test(given) ? given : uuidv7();
}
