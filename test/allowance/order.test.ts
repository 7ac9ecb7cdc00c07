import fc from "fast-check";
import { expect, test } from "vitest";
import type { TestCall } from "../invoicing/billing.ts";
import { type PackagesGiven, PackagesWorld } from "./packages-world.ts";

const ALL: PackagesGiven["packages"] = [
  {
    name: "minutes",
    allowances: [
      { name: "month", minutes: 4, prefixes: ["49"], rollover: { cycles: 2, cap: { minutes: 5 } } },
      { name: "day", seconds: 60, every: "day", priority: 1 },
    ],
  },
  {
    name: "calls and money",
    allowances: [
      { name: "two calls", calls: 2, every: "week" },
      { name: "credit", amount: "0.25" },
    ],
  },
  {
    name: "graduated",
    tiers: [{ name: "by minutes", steps: [{ upTo: 3 }, { upTo: 6, price: "0.04" }, { percentOff: "50" }] }],
  },
  {
    name: "volume",
    tiers: [
      { name: "all minutes", mode: "volume", prefixes: ["49"], steps: [{ upTo: 5, price: "0.05" }, { price: "0.02" }] },
      { name: "by amount", mode: "volume", by: "amount", steps: [{ upTo: "0.20" }, { percentOff: "25" }] },
    ],
  },
  {
    name: "spring",
    promotions: [
      { name: "half", from: "2026-03-10", to: "2026-03-25", percentOff: "50", cap: { minutes: 3 } },
      { name: "gift", from: "2026-03-05", to: "2026-04-05", free: { minutes: 1 } },
    ],
  },
];

const anyGiven: fc.Arbitrary<PackagesGiven> = fc
  .record({
    anna: fc.subarray(
      ALL.map((_, index) => index),
      { minLength: 1 },
    ),
    ben: fc.subarray(ALL.map((_, index) => index)),
    family: fc.subarray([0, 2, 3]),
    shares: fc.boolean(),
    timeZone: fc.constantFrom("UTC", "Europe/Berlin"),
  })
  .map(({ anna, ben, family, shares, timeZone }) => {
    const named = (index: number) => ({ package: (ALL[index] as { name: string }).name, from: "2026-02-20" });
    return {
      packages: ALL,
      has: {
        anna: anna.map(named),
        ben: ben.map((index) => ({ ...named(index), ...(shares && { sharedWith: ["cleo"] }) })),
        family: family.map(named),
      },
      timeZone,
    };
  });

const anyCalls: fc.Arbitrary<readonly TestCall[]> = fc
  .array(
    fc.record({
      code: fc.constantFrom("anna", "anna", "ben", "cleo"),
      minute: fc.integer({ min: 0, max: 70 * 1_440 }),
      talkedS: fc.constantFrom(0, 5, 30, 61, 61, 150),
      called: fc.constantFrom("4930123456", "4930123456", "33142000000"),
    }),
    { minLength: 8, maxLength: 24 },
  )
  .map((calls) =>
    calls.map(({ minute, ...call }, index) => {
      const answered = Temporal.PlainDateTime.from("2026-02-20T00:00:00").add({ minutes: minute, seconds: index });
      // No two at one time: their order is that of their ids, which are another world's others.
      return { ...call, answered: answered.toString(), key: `call ${index}` };
    }),
  );

const anyFiles = anyCalls.chain((calls) =>
  fc.record({
    calls: fc.constant(calls),
    shuffled: fc.shuffledSubarray([...calls], { minLength: calls.length }),
    files: fc.integer({ min: 1, max: 5 }),
    batchRows: fc.constantFrom(2, 5, 1_000),
  }),
);

test("order of arrival does not matter after the replay, replaying twice is once, and states are caches", async () => {
  await fc.assert(
    fc.asyncProperty(anyGiven, anyFiles, async (given, { calls, shuffled, files, batchRows }) => {
      const inOrder = await PackagesWorld.create(given);
      const mixed = await PackagesWorld.create(given);
      try {
        await inOrder.import(calls.toSorted((a, b) => (a.answered < b.answered ? -1 : 1)));
        await inOrder.replay();
        const size = Math.ceil(shuffled.length / files);
        for (let from = 0; from < shuffled.length; from += size)
          await mixed.import(shuffled.slice(from, from + size), batchRows);
        await mixed.replay();
        const expected = await inOrder.charged();
        expect(await mixed.charged()).toEqual(expected);
        expect(await mixed.replay()).toEqual({ months: 0, entries: 0, left: 0 });
        await mixed.forgetStates();
        expect((await mixed.replay()).entries).toBe(0);
        await mixed.import(shuffled); // duplicates use up nothing
        expect(await mixed.replay()).toEqual({ months: 0, entries: 0, left: 0 });
        expect(await mixed.differences()).toEqual([]);
      } finally {
        await inOrder.db.drop();
        await mixed.db.drop();
      }
    }),
    { numRuns: 5, seed: 2026, endOnFailure: true },
  );
});

test("imports at once, and a replay between them, end at the same charges", async () => {
  const given: PackagesGiven = {
    packages: ALL,
    has: {
      ben: [
        { package: "minutes", from: "2026-03-01", sharedWith: ["cleo"] },
        { package: "volume", from: "2026-03-01" },
      ],
    },
  };
  const calls = Array.from({ length: 40 }, (_, index): TestCall => {
    const answered = Temporal.PlainDateTime.from("2026-03-02T00:00:00")
      .add({ minutes: index * 97 })
      .toString();
    return { code: index % 3 === 0 ? "cleo" : "ben", answered, talkedS: 61, key: `call ${index}` };
  });
  const alone = await PackagesWorld.create(given);
  const crowded = await PackagesWorld.create(given);
  try {
    await alone.import(calls);
    await alone.replay();
    const parts = [0, 1, 2].map((part) => calls.filter((_, index) => index % 3 === part));
    for (const part of parts) await Promise.all([crowded.import(part, 4), crowded.replay()]);
    await crowded.replay();
    expect(await crowded.charged()).toEqual(await alone.charged());
    expect(await crowded.stale()).toBe(0);
    expect(await crowded.differences()).toEqual([]);
  } finally {
    await alone.db.drop();
    await crowded.db.drop();
  }
});
