import { expect, test } from "vitest";
import { epochMs } from "../../core/time/epoch.ts";
import type { CallAttempt } from "../charging/charging-request.ts";
import { sipCallIds } from "./sip-call-ids.ts";

const attempt = (own: Partial<CallAttempt>): CallAttempt => ({
  ...{ key: "", leg: "", callId: null, direction: "originating", calling: "", called: "", startedAt: epochMs(0) },
  ...{ accountCode: null, sipUser: null, sourceAddress: null, ingressTrunk: null, egressTrunk: null },
  ...own,
});

test.each<[Partial<CallAttempt>, readonly string[], string]>([
  // attempt                                                 Call-IDs              why
  [{ key: "a@b" }, ["a@b"], "HTTP: the key is the Call-ID"],
  [{ key: "a@b;from1" }, ["a@b"], "evapi: the caller's tag is behind it"],
  [{ key: "a@b|vendor" }, ["a@b"], "OpenSIPS: the tag of a billing session is behind it"],
  [{ key: "192.0.2.7/a@b" }, ["192.0.2.7/a@b", "a@b"], "RADIUS: the NAS is before it, or the Call-ID has a slash"],
  [{ key: "token", recordKey: "a@b;t1;t2" }, ["token", "a@b"], "a session of another name, whose record is known"],
  [{ key: "x", callId: "a@b" }, ["a@b", "x"], "what the switch calls the Call-ID comes first"],
])("of %o are %j (%s)", (own, callIds) => {
  expect(sipCallIds(attempt(own))).toEqual(callIds);
});
