import { afterEach, describe, expect, test } from "vitest";
import type { TestCall } from "../invoicing/billing.ts";
import { type PackagesGiven, PackagesWorld } from "./packages-world.ts";

const worlds: PackagesWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.db.drop();
});

async function worldOf(given: PackagesGiven): Promise<PackagesWorld> {
  const world = await PackagesWorld.create(given);
  worlds.push(world);
  return world;
}

const call = (code: string, answered: string, talkedS: number, called = "4930123456"): TestCall => ({
  ...{ code, answered, talkedS, called, key: `${code}-${answered}` },
});

const FREE_AND_TIERS: PackagesGiven = {
  packages: [
    {
      name: "talk",
      allowances: [{ name: "free", minutes: 2, prefixes: ["49"], rollover: { cycles: 1 } }],
      tiers: [{ name: "steps", prefixes: ["49"], steps: [{ upTo: 2, price: "0.05" }, { price: "0.03" }] }],
    },
  ],
  has: { anna: [{ package: "talk", from: "2026-03-01" }] },
};

const IN_ORDER = [
  call("anna", "2026-03-02T10:00:00", 61),
  call("anna", "2026-03-03T10:00:00", 61),
  call("anna", "2026-03-04T10:00:00", 61),
  call("anna", "2026-04-02T10:00:00", 30),
  call("ben", "2026-03-02T10:00:00", 61),
];
const EXPECTED = [
  "anna-2026-03-02T10:00:00 anna 0 120 s 120 0.06 free 120",
  "ben-2026-03-02T10:00:00 ben 0.12 120 s - 0.06 ",
  "ben-2026-03-02T10:00:00 family 0.12 120 s - 0.06 ",
  "anna-2026-03-03T10:00:00 anna 0.1 120 s 0 0.05 steps 1 120",
  "anna-2026-03-04T10:00:00 anna 0.06 120 s 0 0.03 steps 2 120",
  "anna-2026-04-02T10:00:00 anna 0 60 s 60 0.06 free 60",
];

describe("free minutes, then graduated tiers", () => {
  test("in order of answer, every call has its price at once", async () => {
    const world = await worldOf(FREE_AND_TIERS);
    await world.import(IN_ORDER);
    expect(await world.charged()).toEqual(EXPECTED);
    expect(await world.stale()).toBe(0);
    expect(await world.replay()).toEqual({ months: 0, entries: 0, left: 0 });
    expect(await world.differences()).toEqual([]);
  });

  test("in any order, a replay gives the same; twice is once, and deleted states change nothing", async () => {
    const world = await worldOf(FREE_AND_TIERS);
    for (const one of IN_ORDER.toReversed()) await world.import([one]);
    expect(await world.stale()).toBeGreaterThan(0);
    expect(await world.charged()).not.toEqual(EXPECTED);
    expect(await world.replay()).toMatchObject({ months: 2, left: 0 });
    expect(await world.charged()).toEqual(EXPECTED);
    expect(await world.replay()).toEqual({ months: 0, entries: 0, left: 0 });
    const states = await world.states();
    await world.forgetStates();
    expect(await world.replay()).toEqual({ months: 2, entries: 0, left: 0 });
    expect(await world.states()).toEqual(states);
    expect(await world.differences()).toEqual([]);
  });
});
