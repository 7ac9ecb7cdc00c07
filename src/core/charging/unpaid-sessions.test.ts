import fc from "fast-check";
import { expect, test } from "vitest";
import { nanos } from "../money/nanos.ts";
import { epochMs } from "../time/epoch.ts";
import { type HoldingSession, unpaidSessions } from "./unpaid-sessions.ts";

const session = ([id, openedAt, held]: readonly [string, number, number]): HoldingSession => ({
  id,
  openedAt: epochMs(openedAt),
  held: nanos(BigInt(held)),
});

test.each<[number, readonly [string, number, number][], readonly string[], string]>([
  // available, sessions: opened at, holding; unpaid, why
  [
    5,
    [
      ["a", 1, 2],
      ["b", 2, 3],
    ],
    [],
    "what they hold just fits",
  ],
  [
    4,
    [
      ["a", 1, 2],
      ["b", 2, 3],
    ],
    ["b"],
    "the last one goes, the first one stays",
  ],
  [
    4,
    [
      ["b", 2, 3],
      ["a", 1, 2],
    ],
    ["b"],
    "in whatever order they are given",
  ],
  [
    1,
    [
      ["a", 1, 2],
      ["b", 2, 3],
    ],
    ["b", "a"],
    "neither fits",
  ],
  [
    -1,
    [
      ["a", 1, 2],
      ["free", 2, 0],
    ],
    ["a"],
    "a free call stays, however little there is",
  ],
  [
    2,
    [
      ["a", 1, 2],
      ["b", 1, 2],
    ],
    ["b"],
    "of one moment: by their ids",
  ],
])("with %i, of %j end %j (%s)", (available, sessions, unpaid) => {
  expect(unpaidSessions(nanos(BigInt(available)), sessions.map(session))).toEqual(unpaid);
});

const anySessions = fc
  .array(fc.record({ openedAt: fc.nat(5), held: fc.nat(9) }), { maxLength: 8 })
  .map((rows) => rows.map(({ openedAt, held }, index) => session([`s${index}`, openedAt, held])));

test("what is left is paid for, or holds nothing; without the last one that ends it was not", () => {
  fc.assert(
    fc.property(fc.bigInt(-5n, 40n), anySessions, (available, sessions) => {
      const unpaid = unpaidSessions(nanos(available), sessions);
      const heldWithout = (ended: readonly string[]): bigint =>
        sessions.reduce((sum, { id, held }) => (ended.includes(id) ? sum : sum + held), 0n);
      const left = heldWithout(unpaid);
      expect(left <= available || left === 0n).toBe(true);
      if (unpaid.length > 0) expect(heldWithout(unpaid.slice(0, -1)) > available).toBe(true);
    }),
  );
});
