import fc from "fast-check";
import { expect, test } from "vitest";
import { allowanceOf, at } from "../../../test/support/pool-calls.ts";
import { epochMs } from "../time/epoch.ts";
import { CYCLES, spanAt } from "./cycle.ts";
import { leftAt } from "./draw.ts";
import { grantedAt } from "./grant.ts";
import type { Allowance, Rollover } from "./pool-rules.ts";
import type { Granted } from "./pool-state.ts";

/** What is left at each of some times, when so much is used right after each. */
function leftovers(allowance: Allowance, uses: readonly (readonly [string, bigint])[], timeZone = "UTC"): string {
  let state: Granted | undefined;
  return uses
    .map(([time, used]) => {
      const granted = grantedAt(allowance, timeZone, state, at(time));
      const left = leftAt(granted, at(time));
      state = use(granted, used);
      return left;
    })
    .join();
}

/** Uses the first to expire first. */
function use(granted: Granted, used: bigint): Granted {
  let missing = used;
  const buckets = granted.buckets.map((bucket) => {
    const taken = bucket.left < missing ? bucket.left : missing;
    missing -= taken;
    return { ...bucket, left: bucket.left - taken };
  });
  return { ...granted, buckets: buckets.filter(({ left }) => left > 0n) };
}

const rollover = (cycles: number, cap: bigint | null = null): { rollover: Rollover } => ({ rollover: { cycles, cap } });
const since = (time: string) => ({ from: at(time) });
const JAN = since("2026-01-01T00:00:00Z");

test.each<[Partial<Allowance>, [string, bigint][], string, string]>([
  // allowance of 100              used at                                                left           why
  [
    JAN,
    [
      ["2026-01-05T00:00Z", 40n],
      ["2026-02-05T00:00Z", 0n],
    ],
    "100,100",
    "a month begins anew, what is left is lost",
  ],
  [
    { ...JAN, ...rollover(1) },
    [
      ["2026-01-05T00:00Z", 40n],
      ["2026-02-05T00:00Z", 0n],
      ["2026-03-05T00:00Z", 0n],
    ],
    "100,160,200",
    "60 live on for one month and are lost then; February's 100 live on",
  ],
  [
    { ...JAN, ...rollover(1) },
    [
      ["2026-01-05T00:00Z", 0n],
      ["2026-02-05T00:00Z", 150n],
      ["2026-03-05T00:00Z", 0n],
    ],
    "100,200,150",
    "the carried ones are used first",
  ],
  [
    { ...JAN, ...rollover(12, 120n) },
    [
      ["2026-01-05T00:00Z", 0n],
      ["2026-05-05T00:00Z", 0n],
    ],
    "100,220",
    "months without a call grant too, and the cap holds",
  ],
  [
    since("2026-02-15T00:00:00Z"),
    [
      ["2026-02-20T00:00Z", 10n],
      ["2026-03-01T00:00Z", 0n],
    ],
    "100,100",
    "begun in mid-month: whole, and anew on the first",
  ],
  [{ ...JAN, ...rollover(3) }, [["2026-03-20T00:00Z", 0n]], "300", "never looked at before: all months since it began"],
  [
    { from: at("2026-03-10T08:00:00Z"), to: at("2026-04-09T08:00:00Z"), cycle: "once" },
    [
      ["2026-03-20T00:00Z", 30n],
      ["2026-04-09T07:59Z", 0n],
      ["2026-04-09T08:00Z", 0n],
    ],
    "100,70,0",
    "once: valid over the end of a month, and until it expires",
  ],
  [
    { ...JAN, cycle: "week" },
    [
      ["2026-03-01T23:59Z", 10n],
      ["2026-03-02T00:00Z", 5n],
      ["2026-03-08T00:00Z", 0n],
    ],
    "100,100,95",
    "weeks begin on Monday",
  ],
  [
    { ...JAN, cycle: "day" },
    [
      ["2026-03-01T23:59Z", 10n],
      ["2026-03-02T00:00Z", 0n],
    ],
    "100,100",
    "days begin at midnight",
  ],
])("%#: an allowance of 100", (more, uses, left) => {
  expect(leftovers(allowanceOf("a", 100n, more), uses)).toBe(left);
});

test("months begin on the account's own clock", () => {
  const uses: [string, bigint][] = [
    ["2026-03-31T21:59Z", 40n],
    ["2026-03-31T22:00Z", 0n],
  ];
  expect(leftovers(allowanceOf("a", 100n, JAN), uses, "Europe/Berlin")).toBe("100,100");
  expect(leftovers(allowanceOf("a", 100n, JAN), uses, "UTC")).toBe("100,60");
});

const anyAllowance: fc.Arbitrary<Allowance> = fc
  .record({
    quantity: fc.bigInt(1n, 100n),
    cycle: fc.constantFrom(...CYCLES.filter((cycle) => cycle !== "once")),
    rollover: fc.option(fc.record({ cycles: fc.integer({ min: 1, max: 4 }), cap: fc.option(fc.bigInt(0n, 250n)) })),
    from: fc.constantFrom(0, at("2026-01-17T12:00:00Z")).map(epochMs),
  })
  .map((more) => allowanceOf("a", more.quantity, more));
const anyUses = fc
  .array(fc.record({ afterH: fc.integer({ min: 0, max: 1_500 }), used: fc.bigInt(0n, 80n) }), { maxLength: 12 })
  .map((uses) => {
    let time = at("2026-01-20T00:00:00Z") as number;
    return uses.map(({ afterH, used }) => {
      time += afterH * 3_600_000;
      return { time: epochMs(time), used };
    });
  });

test("looking at an allowance in between changes nothing", () => {
  fc.assert(
    fc.property(anyAllowance, anyUses, fc.integer({ min: 0, max: 5_000 }), (allowance, uses, laterH) => {
      let state: Granted | undefined;
      for (const { time, used } of uses) state = use(grantedAt(allowance, "UTC", state, time), used);
      const end = epochMs((uses.at(-1)?.time ?? at("2026-01-20T00:00:00Z")) + laterH * 3_600_000);
      let looked = state;
      for (let time = uses.at(-1)?.time ?? end; time < end; time = epochMs(time + 40 * 3_600_000))
        looked = grantedAt(allowance, "UTC", looked, time);
      expect(grantedAt(allowance, "UTC", looked, end)).toEqual(grantedAt(allowance, "UTC", state, end));
    }),
  );
});

test("what is carried over never exceeds its cap, and nothing outlives its cycles", () => {
  fc.assert(
    fc.property(anyAllowance, anyUses, (allowance, uses) => {
      let state: Granted | undefined;
      const { quantity, rollover: rolled, cycle } = allowance;
      for (const { time, used } of uses) {
        state = grantedAt(allowance, "UTC", state, time);
        const most = rolled === null ? 0n : (rolled.cap ?? quantity * BigInt(rolled.cycles));
        expect(leftAt(state, time) <= most + quantity).toBe(true);
        expect(state.buckets.every(({ expiresAt }) => expiresAt > time)).toBe(true);
        const span = spanAt(cycle === "once" ? "month" : cycle, "UTC", time);
        expect([state.startAt, state.endAt]).toEqual([span.startAt, span.endAt]);
        state = use(state, used);
      }
    }),
  );
});
