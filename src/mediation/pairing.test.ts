import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { epochMs } from "../core/time/epoch.ts";
import { type CallHalf, NO_CAUSE } from "../core/usage/switch-call.ts";
import { callOf, pairHalves } from "./pairing.ts";

const T0 = 1_436_454_647_000;
const HOUR_S = 3_600;

const at = (seconds: number) => epochMs(T0 + seconds * 1_000);

function start(atS: number, { called = "1002", otherS = null as number | null, setUpS = 0 } = {}): CallHalf {
  return {
    key: "a",
    side: "start",
    at: at(atS),
    otherAt: otherS === null ? null : at(otherS),
    call: {
      key: "a",
      leg: "",
      callId: "a",
      direction: "originating",
      calling: "1001",
      called,
      startedAt: at(atS - setUpS),
      answeredAt: at(atS),
      accountCode: null,
      sipUser: null,
      sourceAddress: null,
      ingressTrunk: null,
      egressTrunk: null,
      cause: { q850: null, sip: 200, text: "OK" },
    },
    cause: { q850: null, sip: 200, text: "OK" },
  };
}

const end = (atS: number, otherS: number | null = null): CallHalf => ({
  key: "a",
  side: "end",
  at: at(atS),
  otherAt: otherS === null ? null : at(otherS),
  call: null,
  cause: NO_CAUSE,
});

describe("pairing", () => {
  test.each<[string, CallHalf[], number | undefined, string]>([
    // name           halves                                       talkedMs   why
    ["in order", [start(0), end(4)], 4_000, "the plain case"],
    ["BYE first", [end(4), start(0)], 4_000, "log files rotate between INVITE and BYE"],
    ["BYE only", [end(4)], undefined, "an open half is no call"],
    ["INVITE only", [start(0)], undefined, "a call without an end is never billed at 0"],
    ["BYE twice", [start(0), end(4), end(5)], 4_000, "both hang up"],
    ["row twice", [start(0), start(0), end(4), end(4)], 4_000, "a file read again"],
    ["re-INVITE", [start(0), start(2), end(4)], 4_000, "hold is no new call"],
    ["late INVITE", [start(2), end(4), start(0)], 4_000, "the re-INVITE's file came first"],
    ["clock skew", [start(4), end(0)], 0, "left to the sanity check"],
    ["nothing", [], undefined, "nothing arrives, nothing happens"],
  ])("%s", (_name, halves, talkedMs) => {
    expect(callOf(pairHalves(halves))?.talkedMs).toBe(talkedMs);
  });

  test("of two INVITEs of one second the one with a number counts", () => {
    const halves = [start(0, { called: "" }), start(0), end(4)];
    expect(callOf(pairHalves(halves))?.called).toBe("1002");
  });

  test("any order of the halves gives the same call", () => {
    const anyHalf = fc.oneof(
      fc.tuple(fc.nat(6), fc.constantFrom("1002", "")).map(([atS, called]) => start(atS, { called })),
      fc.nat(6).map((atS) => end(atS)),
    );
    fc.assert(
      fc.property(
        fc
          .array(anyHalf, { maxLength: 14 })
          .chain((halves) => fc.tuple(fc.constant(halves), fc.shuffledSubarray(halves, { minLength: halves.length }))),
        ([halves, shuffled]) => {
          expect(pairHalves(shuffled)).toEqual(pairHalves(halves));
        },
      ),
    );
  });
});

describe("a call over the hour that comes twice", () => {
  const MINUTE_S = 60;
  test("read by the first: the BYE that would come before its INVITE is of the second", () => {
    const call = callOf(pairHalves([start(0, { otherS: HOUR_S }), end(-20 * MINUTE_S, HOUR_S - 20 * MINUTE_S)]));
    expect(call).toMatchObject({ answeredAt: at(0), endedAt: at(40 * MINUTE_S), talkedMs: 2_400_000 });
  });

  test("read by the second: its INVITE is of the first, and set-up moves along", () => {
    const call = callOf(pairHalves([start(HOUR_S, { otherS: 0, setUpS: 6 }), end(40 * MINUTE_S, -20 * MINUTE_S)]));
    expect(call).toMatchObject({ startedAt: at(-6), answeredAt: at(0), endedAt: at(40 * MINUTE_S) });
  });

  test("set-up before the hour stays where it is", () => {
    const call = callOf(pairHalves([start(HOUR_S, { otherS: 0, setUpS: HOUR_S + 6 }), end(MINUTE_S)]));
    expect(call).toMatchObject({ startedAt: at(-6), answeredAt: at(0), talkedMs: 60_000 });
  });

  test("in order by the source's setting, it is left as it is", () => {
    const call = callOf(pairHalves([start(0, { otherS: HOUR_S }), end(MINUTE_S, HOUR_S + MINUTE_S)]));
    expect(call).toMatchObject({ answeredAt: at(0), talkedMs: 60_000 });
  });
});
