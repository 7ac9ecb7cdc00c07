import fc from "fast-check";
import { expect, test } from "vitest";
import { type Nanos, nanos } from "../money/nanos.ts";
import { type EpochMs, epochMs } from "../time/epoch.ts";
import { isOf, nothingSummed, type PlaceSums, readFrom, type SpentHours, withRead } from "./spent-hours.ts";

const HOUR_MS = 3_600_000;
const since = epochMs(Date.UTC(2026, 1, 1, 23)); // the month begins at eleven in the evening

interface Charge {
  readonly answeredAt: EpochMs;
  readonly place: string;
  readonly amount: Nanos;
}

/** As the database answers: sums by hour of the day and place, of charges from `from` on. */
function read(charges: readonly Charge[], from: EpochMs, dayStart: EpochMs) {
  return charges
    .filter(({ answeredAt }) => answeredAt >= from)
    .map(({ answeredAt, place, amount }) => {
      const hours = Math.floor((answeredAt - dayStart) / HOUR_MS);
      return { hour: epochMs(dayStart + hours * HOUR_MS), place, amount };
    });
}

const total = (charges: readonly Charge[], first: EpochMs): Record<string, bigint> => {
  const sums: Record<string, bigint> = {};
  for (const { answeredAt, place, amount } of charges)
    if (answeredAt >= first) sums[place] = (sums[place] ?? 0n) + amount;
  return sums;
};
const plain = (sums: PlaceSums) => Object.fromEntries(sums);

const anyMinute = fc.nat(27 * 24 * 60);
const anyStep = fc.record({
  /** Minutes that go by before the look. */
  minutes: fc.nat(2_000),
  charges: fc.array(
    fc.record({ minute: anyMinute, place: fc.constantFrom("", "49"), amount: fc.bigInt({ min: -50n, max: 50n }) }),
    { maxLength: 6 },
  ),
});

test("sums that go on are those of all charges, whenever charges come and whatever they are of", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 25 }), (steps) => {
      const charges: Charge[] = [];
      const journals: EpochMs[] = [];
      let at = since;
      let known: SpentHours | undefined;
      for (const step of steps) {
        at = epochMs(Math.min(at + step.minutes * 60_000, since + 27 * 24 * HOUR_MS));
        const dayStart = epochMs(since + Math.floor((at - since) / (24 * HOUR_MS)) * 24 * HOUR_MS);
        const booked = step.charges.map(({ minute, place, amount }) => ({
          answeredAt: epochMs(Math.min(since + minute * 60_000, at)),
          ...{ place, amount: nanos(amount) },
        }));
        charges.push(...booked);
        if (booked.length > 0) journals.push(epochMs(Math.min(...booked.map(({ answeredAt }) => answeredAt))));
        known ??= nothingSummed(since, dayStart);
        expect(isOf(known, { since, dayStart })).toBe(true);
        const news = known.journal === null ? [] : journals.slice(Number(known.journal));
        const from = readFrom(known, news.length === 0 ? null : epochMs(Math.min(...news)));
        const journal = BigInt(journals.length);
        const rows = read(charges, from, dayStart);
        const sums = withRead(known, { from, rows, journal }, { dayStart, at });
        expect(plain(sums.day)).toEqual(total(charges, dayStart));
        expect(plain(sums.month)).toEqual(total(charges, since));
        known = sums.kept;
      }
    }),
  );
});

test("only the last hours are read again, unless a journal tells of older calls", () => {
  const dayStart = epochMs(since + 10 * 24 * HOUR_MS);
  const at = epochMs(dayStart + 5 * HOUR_MS + 1_800_000);
  const calls = [-200, -3, 1, 2, 5].map((hours) => ({
    ...{ answeredAt: epochMs(dayStart + hours * HOUR_MS + 60_000), place: "", amount: nanos(1n) },
  }));
  const fresh = nothingSummed(since, dayStart);
  const { kept } = withRead(fresh, { from: since, rows: read(calls, since, dayStart), journal: 3n }, { dayStart, at });
  const hour = (hours: number) => epochMs(dayStart + hours * HOUR_MS);
  expect(readFrom(kept, null)).toBe(hour(5));
  expect(readFrom(kept, epochMs(hour(5) + 1))).toBe(hour(5));
  expect(readFrom(kept, epochMs(hour(2) + 5))).toBe(hour(2));
  expect(readFrom(kept, epochMs(hour(4) + 5))).toBe(hour(2)); // nothing was answered in the hours between
  expect(readFrom(kept, epochMs(hour(-3) + 5))).toBe(hour(-3));
  expect(readFrom(kept, hour(-100))).toBe(since);
  expect(readFrom(kept, epochMs(since - 1))).toBe(since);
});

test("sums of another month, or of days that begin in mid-hour of the old ones, are no use", () => {
  const known = nothingSummed(since, since);
  const days = (count: number, minutes = 0) => epochMs(since + count * 24 * HOUR_MS + minutes * 60_000);
  expect(isOf(known, { since, dayStart: days(3) })).toBe(true);
  expect(isOf(known, { since, dayStart: days(3, 60) })).toBe(true);
  expect(isOf(known, { since, dayStart: days(3, 30) })).toBe(false);
  expect(isOf(known, { since: days(28), dayStart: days(28) })).toBe(false);
});
