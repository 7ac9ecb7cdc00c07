import { expect, test } from "vitest";
import { epochMs } from "../../core/time/epoch.ts";
import { NO_CAUSE } from "../../core/usage/switch-call.ts";
import type { ChargingRequest } from "./charging-request.ts";
import { type Waiting, WaitingRequests } from "./waiting-requests.ts";

const AT = epochMs(1_772_352_000_000);

function request(kind: ChargingRequest["kind"], key: string): ChargingRequest {
  const of = { sourceId: "s", requestKey: kind, key, leg: "", answeredAt: null, recordKey: null } as const;
  if (kind === "update") return { kind, ...of, talkedMs: 0, counted: "whole-call", wantedS: null };
  if (kind === "stop") {
    const ended = { endedAt: AT, talkedMs: 0, counted: "whole-call", reportedS: null, attempt: null } as const;
    return { kind, ...of, ...ended, cause: NO_CAUSE, isGivenUp: false };
  }
  const numbers = { calling: "1", called: "2", callId: null, direction: "originating", startedAt: AT } as const;
  const nobody = { accountCode: null, sipUser: null, sourceAddress: null, ingressTrunk: null, egressTrunk: null };
  return {
    kind: "authorise",
    ...{ sourceId: "s", requestKey: kind, wantedS: null, attempt: { key, leg: "", ...numbers, ...nobody } },
  };
}

const waiting = (name: string): Waiting => {
  const [kind = "", key = ""] = name.split(" ");
  return {
    request: request(kind as ChargingRequest["kind"], key),
    ...{ id: key, arrivedMs: 0, deadlineMs: 0, isHanded: false, isSettled: false },
    ...{ resolve: () => undefined, reject: () => undefined },
  };
};
const shown = (taken: readonly Waiting[]) => taken.map(({ request: { kind }, id }) => `${kind} ${id}`);

test.each<[string[], string[], number, string[], string]>([
  // waiting, busy sessions, most, taken, why
  [["authorise a", "stop b", "update c"], [], 2, ["stop b", "update c"], "calls that are up go first"],
  [["authorise a", "authorise b"], [], 1, ["authorise a"], "in their order"],
  [["authorise a", "stop a", "authorise b"], [], 3, ["authorise a", "authorise b"], "one of a session, the first"],
  [["update a", "authorise b"], ["a"], 3, ["authorise b"], "none of a session that is decided elsewhere"],
])("of %j with %j busy, %i are %j: %s", (names, busy, most, taken) => {
  const requests = new WaitingRequests();
  for (const name of names) requests.add(waiting(name));
  expect(shown(requests.take(most, new Set(busy)))).toEqual(taken);
  expect(requests.size).toBe(names.length - taken.length);
});

test("what is answered already is not taken, and what comes later of the session is", () => {
  const requests = new WaitingRequests();
  const [late, next] = [waiting("update a"), waiting("stop a")];
  requests.add(late);
  requests.add(next);
  late.isSettled = true;
  expect(shown(requests.take(9, new Set()))).toEqual(["stop a"]);
  expect(requests.size).toBe(0);
});

test("a new call waits for all, the end of one only for ends", () => {
  const requests = new WaitingRequests();
  for (const name of ["authorise a", "update b", "stop c"]) requests.add(waiting(name));
  expect(["authorise", "update", "stop"].map((kind) => requests.aheadOf(waiting(`${kind} x`).request))).toEqual([
    3, 2, 1,
  ]);
});
