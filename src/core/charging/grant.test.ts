import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nanos } from "../money/nanos.ts";
import { type GrantLevel, type GrantRequest, grantTalk } from "./grant.ts";

/** A price in whole units: a fee, and `perStep` for each begun step. */
const level = (
  accountId: string,
  available: number | null,
  { fee = 0, perStep, stepS, mostS = 1_000_000 }: { fee?: number; perStep: number; stepS: number; mostS?: number },
): GrantLevel => ({
  accountId,
  available: available === null ? null : nanos(BigInt(available)),
  mostS,
  costOf: (talkedS) => nanos(talkedS === 0 ? 0n : BigInt(fee + Math.ceil(talkedS / stepS) * perStep)),
});

const whole = { usedS: 0, wantedS: 7_200, capS: 7_200 };

test("the longest whole step that can be paid is granted: .12 at .02 + .06 a minute gives 60 s", () => {
  const payer = level("a", 12, { fee: 2, perStep: 6, stepS: 60 });
  expect(grantTalk([payer], whole)).toEqual({ talkS: 60, holds: [8n], limitedBy: "balance", limitedAt: "a" });
});

test("every level pays at its own price, and the shortest wins", () => {
  const customer = level("customer", 1_000, { perStep: 5, stepS: 60 });
  const reseller = level("reseller", 9, { perStep: 3, stepS: 60 });
  expect(grantTalk([customer, reseller], whole)).toEqual({
    talkS: 180,
    holds: [15n, 9n],
    limitedBy: "balance",
    limitedAt: "reseller",
  });
});

test.each<[string, GrantLevel, GrantRequest, object]>([
  [
    "a slice is what was asked for, and more may follow",
    level("a", 1_000, { perStep: 1, stepS: 1 }),
    { usedS: 30, wantedS: 60, capS: 7_200 },
    { talkS: 90, holds: [90n], limitedBy: "wanted", limitedAt: null },
  ],
  [
    "the last slice is granted exactly",
    level("a", 100, { perStep: 1, stepS: 1 }),
    { usedS: 90, wantedS: 60, capS: 7_200 },
    { talkS: 100, holds: [100n], limitedBy: "balance", limitedAt: "a" },
  ],
  [
    "a call that costs nothing needs no balance",
    level("a", 0, { perStep: 0, stepS: 1 }),
    whole,
    { talkS: 7_200, holds: [0n], limitedBy: "wanted", limitedAt: null },
  ],
  [
    "without a limit only the cap ends it",
    level("a", null, { perStep: 5, stepS: 1 }),
    { usedS: 0, wantedS: 10_000, capS: 3_600 },
    { talkS: 3_600, holds: [18_000n], limitedBy: "cap", limitedAt: null },
  ],
  [
    "all that may be had, up to the cap",
    level("a", null, { perStep: 5, stepS: 1 }),
    { usedS: 0, wantedS: null, capS: 3_600 },
    { talkS: 3_600, holds: [18_000n], limitedBy: "cap", limitedAt: null },
  ],
  [
    "a maximum cost that ends the call",
    level("a", null, { perStep: 5, stepS: 1, mostS: 20 }),
    whole,
    { talkS: 20, holds: [100n], limitedBy: "price", limitedAt: "a" },
  ],
  [
    "what is used beyond the money is held as far as it goes",
    level("a", 50, { perStep: 1, stepS: 1 }),
    { usedS: 80, wantedS: 60, capS: 7_200 },
    { talkS: 80, holds: [50n], limitedBy: "balance", limitedAt: "a" },
  ],
  [
    "a balance below zero holds nothing",
    level("a", -50, { perStep: 1, stepS: 1 }),
    { usedS: 10, wantedS: 60, capS: 7_200 },
    { talkS: 10, holds: [0n], limitedBy: "balance", limitedAt: "a" },
  ],
  [
    "a call that is past its cap gets nothing more",
    level("a", 1_000, { perStep: 1, stepS: 1 }),
    { usedS: 100, wantedS: 60, capS: 60 },
    { talkS: 100, holds: [100n], limitedBy: "cap", limitedAt: null },
  ],
])("%s", (_why, payer, request, grant) => {
  expect(grantTalk([payer], request)).toEqual(grant);
});

const arbLevel = fc.record({
  available: fc.option(fc.integer({ min: -1_000, max: 100_000 })),
  fee: fc.nat(50),
  perStep: fc.nat(100),
  stepS: fc.integer({ min: 1, max: 90 }),
  mostS: fc.oneof(fc.constant(1_000_000), fc.nat(4_000)),
});
const arbRequest = fc.record({ usedS: fc.nat(5_000), wantedS: fc.option(fc.nat(5_000)), capS: fc.nat(8_000) });

describe("laws", () => {
  test("no hold is more than its level has, and a second more is more than some level has", () => {
    fc.assert(
      fc.property(fc.array(arbLevel, { minLength: 1, maxLength: 4 }), arbRequest, (specs, request) => {
        const levels = specs.map(({ available, ...price }, i) => level(`level ${i}`, available, price));
        const grant = grantTalk(levels, request);
        expect(grant.talkS).toBeGreaterThanOrEqual(request.usedS);
        expect(grant.talkS).toBeLessThanOrEqual(Math.max(request.usedS, request.capS));
        for (const [i, { available, costOf }] of levels.entries()) {
          const held = grant.holds[i] as bigint;
          if (available !== null) expect(held <= (available > 0n ? available : 0n)).toBe(true);
          if (grant.talkS > request.usedS) expect(held).toBe(costOf(grant.talkS));
        }
        if (grant.limitedBy !== "balance") return;
        const at = levels.find(({ accountId }) => accountId === grant.limitedAt);
        expect((at?.costOf(grant.talkS + 1) ?? 0n) > (at?.available ?? 0n)).toBe(true);
      }),
    );
  });

  test("asking for the rest in slices ends where asking for all at once does", () => {
    fc.assert(
      fc.property(arbLevel, fc.integer({ min: 1, max: 700 }), ({ available, ...price }, sliceS) => {
        const payer = level("a", available, price);
        const atOnce = grantTalk([payer], { usedS: 0, wantedS: 3_000, capS: 3_000 });
        let usedS = 0;
        for (;;) {
          const { talkS } = grantTalk([payer], { usedS, wantedS: sliceS, capS: 3_000 });
          if (talkS === usedS) break;
          usedS = talkS;
        }
        expect(usedS).toBe(atOnce.talkS);
      }),
    );
  });
});
