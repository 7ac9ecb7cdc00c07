import { now } from "../../src/clock.ts";
import { epochMs, fromInstant } from "../../src/core/time/epoch.ts";
import type { Authorise, Stop, Update } from "../../src/server/charging/charging-request.ts";

/** A call of Ada to Germany. */
export const authorisation = (sourceId: string, key: string, fields: Partial<Authorise> = {}): Authorise => ({
  kind: "authorise",
  sourceId,
  requestKey: "authorise",
  wantedS: null,
  attempt: {
    key,
    leg: "",
    callId: null,
    direction: "originating",
    calling: "442071234567",
    called: "4930123456",
    startedAt: epochMs(fromInstant(now()) - 600_000), // long ago, so that calls of any length have ended by now
    accountCode: "ada",
    sipUser: null,
    sourceAddress: null,
    ingressTrunk: null,
    egressTrunk: null,
  },
  ...fields,
});

export const report = (sourceId: string, key: string, talkedS: number, fields: Partial<Update> = {}): Update => ({
  kind: "update",
  sourceId,
  requestKey: `update ${talkedS}`,
  key,
  leg: "",
  answeredAt: fromInstant(now()),
  talkedMs: talkedS * 1_000,
  counted: "whole-call",
  wantedS: null,
  recordKey: null,
  ...fields,
});

/** The end of a call at this moment. */
export const ending = (sourceId: string, key: string, talkedS: number, fields: Partial<Stop> = {}): Stop => {
  const endedAt = fromInstant(now());
  return {
    kind: "stop",
    sourceId,
    requestKey: "stop",
    key,
    leg: "",
    answeredAt: talkedS === 0 ? null : epochMs(endedAt - talkedS * 1_000),
    endedAt,
    talkedMs: talkedS * 1_000,
    counted: "whole-call",
    reportedS: talkedS,
    cause: { q850: 16, sip: null, text: null },
    recordKey: null,
    isGivenUp: false,
    attempt: null,
    ...fields,
  };
};
