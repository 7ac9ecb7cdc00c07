import fc from "fast-check";
import { expect, test } from "vitest";
import { nanos } from "../money/nanos.ts";
import { type BlindRequest, grantBlind } from "./blind-grant.ts";

const level = (risked: number, perStep: number, stepS = 1) => ({
  accountId: "a",
  mostS: 1_000_000,
  costOf: (talkedS: number) => nanos(BigInt(Math.ceil(talkedS / stepS) * perStep)),
  risked: nanos(BigInt(risked)),
});

const BEGINS: BlindRequest = { usedS: 0, wantedS: null, toldS: 0, heldS: 0, capS: 7_200 };
const terms = (secondsMax: number, riskMax: number) => ({ secondsMax, riskMax: nanos(BigInt(riskMax)) });

test.each<[string, number, BlindRequest, [number, number], { talkS: number; risks: bigint[] }]>([
  // why, risked, request, [secondsMax, riskMax], grant
  ["a call that begins gets the seconds", 0, BEGINS, [60, 1_000], { talkS: 60, risks: [120n] }],
  ["no more than the amount pays for", 0, BEGINS, [60, 50], { talkS: 25, risks: [50n] }],
  ["what others risk counts", 40, BEGINS, [60, 50], { talkS: 5, risks: [10n] }],
  ["nothing is left", 50, BEGINS, [60, 50], { talkS: 0, risks: [0n] }],
  ["a limit that was lowered since", 90, BEGINS, [60, 50], { talkS: 0, risks: [0n] }],
  ["no more than was asked for", 0, { ...BEGINS, wantedS: 30 }, [60, 1_000], { talkS: 30, risks: [60n] }],
  [
    "a call that is held for goes on for as many seconds",
    0,
    { ...BEGINS, usedS: 100, wantedS: 300, toldS: 100, heldS: 100 },
    [60, 1_000],
    { talkS: 160, risks: [120n] },
  ],
  [
    "and no further when it asks again",
    120,
    { ...BEGINS, usedS: 160, wantedS: 300, toldS: 160, heldS: 100 },
    [60, 1_000],
    { talkS: 160, risks: [0n] },
  ],
  [
    "what it was told before stands, though less is asked",
    0,
    { ...BEGINS, usedS: 10, wantedS: 20, toldS: 100, heldS: 100 },
    [60, 1_000],
    { talkS: 100, risks: [0n] },
  ],
])("%s", (_why, risked, request, [secondsMax, riskMax], grant) => {
  expect(grantBlind([level(risked, 2)], request, terms(secondsMax, riskMax))).toEqual(grant);
});

test("whatever calls come, an account risks no more than the amount, and no call more than the seconds", () => {
  const arbCall = fc.record({
    perStep: fc.nat(50),
    stepS: fc.integer({ min: 1, max: 60 }),
    asks: fc.array(fc.nat(90)),
  });
  fc.assert(
    fc.property(fc.array(arbCall), fc.nat(200), fc.nat(5_000), (calls, secondsMax, riskMax) => {
      let risked = 0n;
      for (const { perStep, stepS, asks } of calls) {
        let toldS = 0;
        for (const wantedS of [30, ...asks]) {
          const request = { usedS: toldS, wantedS, toldS, heldS: 0, capS: 7_200 };
          const grant = grantBlind([level(Number(risked), perStep, stepS)], request, terms(secondsMax, riskMax));
          expect(grant.talkS).toBeGreaterThanOrEqual(toldS);
          toldS = grant.talkS;
          risked += grant.risks[0] ?? 0n;
        }
        expect(toldS).toBeLessThanOrEqual(secondsMax);
      }
      expect(risked <= BigInt(riskMax)).toBe(true);
    }),
  );
});
