import fc from "fast-check";
import { expect, test } from "vitest";
import { nanos } from "../money/nanos.ts";
import {
  type CountedShare,
  countersFromJson,
  countersToJson,
  countIn,
  moveShare,
  NO_COUNTERS,
  withTurns,
} from "./hold-counters.ts";

const SCOPES = ["group/a", "group/b", "trunk/c"];
const anyAmount = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(nanos);
const anyShare: fc.Arbitrary<CountedShare> = fc.record(
  { amount: anyAmount, used: anyAmount, scopes: fc.subarray(SCOPES) },
  { requiredKeys: ["amount"] },
);
/** Sessions, each with the shares that it has one after the other until it ends. */
const anySessions = fc.array(fc.array(anyShare, { minLength: 1, maxLength: 4 }), { maxLength: 8 });

test("counters are the sums over sessions, and nothing is left once all have ended, stored in between or not", () => {
  fc.assert(
    fc.property(anySessions, (sessions) => {
      let counters = NO_COUNTERS;
      const move = (before: CountedShare | undefined, after: CountedShare | undefined) => {
        counters = countersFromJson(JSON.parse(JSON.stringify(countersToJson(moveShare(counters, before, after)))));
      };
      for (const shares of sessions) for (const [index, share] of shares.entries()) move(shares[index - 1], share);
      const last = sessions.flatMap((shares) => shares.slice(-1));
      for (const key of SCOPES) {
        const within = last.filter(({ scopes = [] }) => scopes.includes(key));
        const held = within.reduce((sum, { amount }) => sum + amount, 0n);
        expect(countIn(counters, key)).toMatchObject({ openSessions: within.length, held });
      }
      expect(counters.used).toBe(last.reduce((sum, { used = 0n }) => sum + used, 0n));
      for (const share of last) move(share, undefined);
      expect(countersToJson(counters)).toEqual({});
    }),
  );
});

test("turns and what was warned of stay when sessions end", () => {
  const share = { amount: nanos(5n), scopes: ["group/a"] };
  const begun = moveShare(withTurns({ ...NO_COUNTERS, below: nanos(10n) }, "group/a", 7_000), undefined, share);
  const stored = countersToJson(moveShare(begun, share, undefined));
  expect(stored).toEqual({ below: "0.00000001", scopes: { "group/a": { turnsUntilUs: 7_000 } } });
  expect(countersToJson(countersFromJson(stored))).toEqual(stored);
});

test("an account without limits of groups and without warnings has no counters of its own", () => {
  expect(moveShare(NO_COUNTERS, undefined, { amount: nanos(5n) })).toBe(NO_COUNTERS);
  expect(countersFromJson({})).toBe(NO_COUNTERS);
});
