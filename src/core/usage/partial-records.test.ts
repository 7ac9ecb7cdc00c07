import fc from "fast-check";
import { expect, test } from "vitest";
import { epochMs } from "../time/epoch.ts";
import { aggregateParts } from "./partial-records.ts";
import { NO_CAUSE, type SwitchCall } from "./switch-call.ts";

const START = 1_772_446_507_000;

/** Part `sequence` of a call of ten-minute parts. */
const part = (sequence: number, last = false, rest: Partial<SwitchCall> = {}): SwitchCall => ({
  key: "k",
  leg: "",
  callId: null,
  direction: "originating",
  calling: "1",
  called: "2",
  startedAt: epochMs(START),
  answeredAt: epochMs(START + 6_000),
  endedAt: epochMs(START + 6_000 + (sequence + 1) * 600_000),
  talkedMs: 600_000,
  reportedS: 600,
  accountCode: null,
  sipUser: null,
  sourceAddress: null,
  ingressTrunk: null,
  egressTrunk: null,
  cause: NO_CAUSE,
  part: { sequence, last },
  ...rest,
});

test.each<[SwitchCall[], number | "complete", string]>([
  [[part(0), part(1), part(2, true)], "complete", "all parts from 0"],
  [[part(1), part(2, true)], "complete", "all parts from 1"],
  [[part(0, true)], "complete", "a short call"],
  [[part(0), part(1)], 2, "the last is awaited"],
  [[part(0), part(2, true)], 1, "one is missing in the middle"],
  [[part(2, true)], 1, "the first are missing"],
  [[part(0), part(0), part(1, true)], "complete", "a part that came twice"],
])("%o: %s (%s)", (parts, expected) => {
  const aggregate = aggregateParts(parts);
  expect(aggregate.kind === "complete" ? "complete" : aggregate.missing).toBe(expected);
});

test("the call reaches from the first part to the end of the last, and talk times add up", () => {
  const cause = { q850: 16, sip: null, text: null };
  const aggregate = aggregateParts([part(1, true, { cause }), part(0)]);
  expect(aggregate).toMatchObject({
    kind: "complete",
    call: { startedAt: START, endedAt: START + 1_206_000, talkedMs: 1_200_000, reportedS: 1_200, cause, part: null },
  });
});

test("the order of parts is irrelevant", () => {
  const parts = [part(0), part(1), part(1, false, { talkedMs: 599_000 }), part(2), part(3, true)];
  fc.assert(
    fc.property(fc.shuffledSubarray(parts, { minLength: parts.length }), (shuffled) => {
      expect(aggregateParts(shuffled)).toEqual(aggregateParts(parts));
    }),
  );
});
