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

const call = (code: string, answered: string, talkedS: number): TestCall => ({
  ...{ code, answered, talkedS, key: `${code}-${answered}` },
});
const march = [{ package: "talk", from: "2026-03-01" }];

describe("an allowance whose next version is another one", () => {
  test("with a shorter rollover: two leftovers that expire together are each used once", async () => {
    const free = (cycles: number, more: object = {}) => ({
      ...{ name: "talk", allowances: [{ name: "free", minutes: 2, rollover: { cycles } }] },
      ...more,
    });
    const given = { packages: [free(2), free(1, { from: "2026-04-01" })], has: { anna: march } };
    const world = await worldOf(given);
    await world.import([call("anna", "2026-04-02T10:00:00", 60), call("anna", "2026-04-03T10:00:00", 240)]);
    await world.replay();
    expect(await world.charged()).toEqual([
      "anna-2026-04-02T10:00:00 anna 0 60 s 60 0.06 free 60",
      "anna-2026-04-03T10:00:00 anna 0.06 240 s 180 0.06 free 180",
    ]);
  });

  test("in another unit: what was left in the old one is no longer anything", async () => {
    const rollover = { cycles: 1 };
    const given = {
      packages: [
        { name: "talk", allowances: [{ name: "free", minutes: 2, rollover }] },
        { name: "talk", from: "2026-04-01", allowances: [{ name: "free", calls: 1, rollover }] },
      ],
      has: { anna: march },
    };
    const world = await worldOf(given);
    await world.import([call("anna", "2026-04-02T10:00:00", 60), call("anna", "2026-04-03T10:00:00", 60)]);
    await world.replay();
    expect(await world.charged()).toEqual([
      "anna-2026-04-02T10:00:00 anna 0 60 s 60 0.06 free 60",
      "anna-2026-04-03T10:00:00 anna 0.06 60 s - 0.06 ",
    ]);
  });
});

test.each([
  ["2026-03-01", "the account had the package before, without minutes to carry over"],
  ["2026-04-01", "the account has the package since then"],
])("a version that adds 3 minutes in April, to who has the package from %s on: %s", async (from) => {
  const rollover = { cycles: 2 };
  const world = await worldOf({
    packages: [
      { name: "talk", minimumSpend: "1" },
      { name: "talk", from: "2026-04-01", allowances: [{ name: "free", minutes: 3, rollover }] },
    ],
    has: { anna: [{ package: "talk", from }] },
  });
  await world.import([call("anna", "2026-04-02T10:00:00", 600)]);
  expect(await world.charged()).toEqual(["anna-2026-04-02T10:00:00 anna 0.42 600 s 180 0.06 free 180"]);
});

test("minutes of a package that began in mid-month without a call are carried over", async () => {
  const rollover = { cycles: 1 };
  const world = await worldOf({
    packages: [{ name: "talk", allowances: [{ name: "free", minutes: 2, rollover }] }],
    has: { anna: [{ package: "talk", from: "2026-03-10" }] },
  });
  await world.import([call("anna", "2026-03-02T10:00:00", 60), call("anna", "2026-04-02T10:00:00", 300)]);
  await world.replay();
  expect(await world.charged()).toEqual([
    "anna-2026-03-02T10:00:00 anna 0.06 60 s - 0.06 ",
    "anna-2026-04-02T10:00:00 anna 0.06 300 s 240 0.06 free 120, free 120",
  ]);
});

test("sharing that is taken back leaves nobody with minutes that were used meanwhile", async () => {
  const packages = [{ name: "talk", allowances: [{ name: "free", minutes: 3 }] }];
  const cleo = (sharedWith: readonly string[]) => ({ packages, has: { cleo: [{ ...march[0], sharedWith }] } });
  const calls = ["02", "03", "04"].map((day) => call("cleo", `2026-03-${day}T10:00:00`, 60));
  const world = await worldOf(cleo([]));
  await world.import(calls.slice(0, 1));
  await world.give(cleo(["ben"]));
  await world.import([...calls.slice(1, 3), call("cleo", "2026-03-05T10:00:00", 60)]);
  await world.give(cleo([]));
  await world.import([call("cleo", "2026-03-06T10:00:00", 60)]);
  await world.replay();
  const fresh = await worldOf(cleo([]));
  await fresh.import([...calls, call("cleo", "2026-03-05T10:00:00", 60), call("cleo", "2026-03-06T10:00:00", 60)]);
  expect(await world.charged()).toEqual(await fresh.charged());
});

test("a package that is given from the month's first day on counts calls that came before it was given", async () => {
  const packages = [{ name: "talk", allowances: [{ name: "free", minutes: 3 }] }];
  const world = await worldOf({ packages });
  await world.import([call("anna", "2026-03-02T10:00:00", 120)]);
  await world.give({ packages, has: { anna: march } });
  await world.import([call("anna", "2026-03-05T10:00:00", 120)]);
  await world.replay();
  expect(await world.charged()).toEqual([
    "anna-2026-03-02T10:00:00 anna 0 120 s 120 0.06 free 120",
    "anna-2026-03-05T10:00:00 anna 0.06 120 s 60 0.06 free 60",
  ]);
});

test.each([
  ["UTC", "America/New_York", "months begin later than they did"],
  ["UTC", "Europe/Berlin", "months begin earlier than they did"],
])("an account's zone is corrected from %s to %s: %s", async (wrong, right) => {
  const given = (timeZone: string) => ({
    packages: [{ name: "talk", allowances: [{ name: "free", minutes: 2 }] }],
    has: { anna: [{ package: "talk" }] },
    anna: { timeZone },
  });
  const calls = ["2026-03-02T10:00:00", "2026-03-31T22:30:00", "2026-04-01T03:00:00", "2026-04-02T10:00:00"].map((at) =>
    call("anna", at, 60),
  );
  const world = await worldOf(given(wrong));
  await world.import(calls);
  await world.give(given(right));
  await world.replay();
  const late = [call("anna", "2026-04-03T10:00:00", 60), call("anna", "2026-05-01T10:00:00", 120)];
  await world.import(late);
  await world.replay();
  const fresh = await worldOf(given(right));
  await fresh.import([...calls, ...late]);
  await fresh.replay();
  expect(await world.charged()).toEqual(await fresh.charged());
});
