import type { ProblemCode } from "../../core/problem.ts";

/** What the document says of a route that switches use, beside its schemas. */
export interface ToldRoute {
  readonly operationId: string;
  readonly summary: string;
  readonly problems: readonly ProblemCode[];
  /** What is answered where the route has no schema of it. */
  readonly answers?: string;
}

const OF_ALL = ["push-unauthorised", "request-invalid", "request-too-large", "request-timed-out"] as const;
const OF_CHARGING = [...OF_ALL, "charging-overloaded", "charging-too-late", "charging-not-kept"] as const;
const OF_DATABASE = [...OF_ALL, "database-unreachable"] as const;
const OF_MONEY = [...OF_DATABASE, "charging-overloaded", "journal-key-reused"] as const;

/**
 * Routes under /v1/sources/{source}, which switches use with the token of their source. Nothing of the API's own stands
 * before them when they answer; only the document knows them.
 */
export const SOURCE_ROUTES: Readonly<Record<string, ToldRoute>> = {
  "POST cdrs": {
    operationId: "pushRecords",
    summary: "Store call records as the switch writes them",
    problems: [
      ...([...OF_DATABASE, "push-empty", "push-not-text", "push-not-kept", "push-overloaded"] as const),
      "request-encoding-unknown",
    ],
  },
  "POST totals": {
    operationId: "pushTotals",
    summary: "Take what a switch says that it has counted",
    problems: [...OF_DATABASE, "totals-invalid", "request-encoding-unknown"],
  },
  "POST sessions/authorise": {
    operationId: "authoriseSession",
    summary: "May this call begin, and for how long?",
    problems: OF_CHARGING,
  },
  "POST sessions/update": { operationId: "updateSession", summary: "May this call go on?", problems: OF_CHARGING },
  "POST sessions/stop": { operationId: "stopSession", summary: "A call is over", problems: OF_CHARGING },
  "POST sessions/event": {
    operationId: "chargeEvent",
    summary: "Charge messages or octets at once",
    problems: OF_CHARGING,
  },
  "GET sessions": {
    operationId: "listSourceSessions",
    summary: "Calls of the source that are up",
    problems: OF_DATABASE,
  },
  "GET sessions/changes": {
    operationId: "followSourceSessions",
    summary: "Follow calls of the source, as lines of JSON",
    problems: [...OF_DATABASE, "session-streams-too-many"],
    answers: "application/x-ndjson",
  },
  "POST sessions/hang-up": {
    operationId: "hangUpSourceSessions",
    summary: "Ask for calls of the source to be ended",
    problems: [...OF_DATABASE, "hang-up-unconfirmed"],
  },
  "POST xml-curl": {
    operationId: "answerXmlCurl",
    summary: "Answer FreeSWITCH's mod_xml_curl with a dialplan",
    problems: OF_CHARGING,
    answers: "text/xml",
  },
  "POST accounts/balance": { operationId: "askBalance", summary: "What an account has", problems: OF_DATABASE },
  "POST accounts/debit": { operationId: "debitAccount", summary: "Take money at once", problems: OF_MONEY },
  "POST accounts/refund": { operationId: "refundDebit", summary: "Give back what a debit took", problems: OF_MONEY },
  "POST accounts/price": { operationId: "askPrice", summary: "What a call would cost", problems: OF_DATABASE },
};
