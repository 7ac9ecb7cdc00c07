import { afterEach, describe, expect, test } from "vitest";
import { PackagesWorld, setupOf } from "../allowance/packages-world.ts";
import type { TestCall } from "../invoicing/billing.ts";
import { tollwrightJson } from "../support/command-line.ts";
import { apply, figures, preview, request } from "./requests.ts";

const worlds: PackagesWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.db.drop();
});

const call = (code: string, answered: string, talkedS: number, called = "4930123456"): TestCall => ({
  ...{ code, answered, talkedS, called, key: `${code}-${answered}` },
});

/** Two free minutes a month, of which what is left is good for another month; anna alone has them. */
const GIVEN = {
  packages: [{ name: "talk", allowances: [{ name: "free", minutes: 2, prefixes: ["49"], rollover: { cycles: 1 } }] }],
  has: { anna: [{ package: "talk", from: "2026-03-01" }] },
};

const CALLS = [
  call("anna", "2026-03-02T10:00:00", 61),
  call("anna", "2026-03-03T10:00:00", 61),
  call("anna", "2026-03-04T10:00:00", 61, "14155550123"),
  call("anna", "2026-04-02T10:00:00", 170),
  call("ben", "2026-03-02T10:00:00", 61),
];

async function charged(): Promise<PackagesWorld> {
  const world = await PackagesWorld.create(GIVEN);
  worlds.push(world);
  await world.import(CALLS);
  return world;
}

/** From now on, calls to Germany of any time cost so much, billed by so many seconds. */
async function reprice({ db }: PackagesWorld, germany: string, increments = "60/60"): Promise<void> {
  const setup = structuredClone(setupOf(GIVEN)) as { tariffs: { rates: object[] }[] };
  Object.assign(setup.tariffs[0]?.rates[0] ?? {}, { rate: germany, increments });
  const { status } = await tollwrightJson(["apply", "-"], { db, stdin: JSON.stringify(setup) });
  expect(status).toBe(0);
}

describe("calls whose price depends on those before", () => {
  test("are re-rated month by month, as they would have been charged at first", async () => {
    const fresh = await PackagesWorld.create(GIVEN);
    worlds.push(fresh);
    await reprice(fresh, "0.03", "1/1");
    await fresh.import(CALLS);
    const world = await charged();
    await reprice(world, "0.03", "1/1");
    const asked = request(world.tenantId);
    const expected = await preview(world.db, asked);
    const done = await apply(world.db, asked);
    expect(done.outcome).toBe("done");
    expect(figures(done)).toEqual(figures(expected));
    expect(await world.charged()).toEqual(await fresh.charged());
    expect(await world.stale()).toBe(0);
    expect(await world.replay()).toEqual({ months: 0, entries: 0, left: 0 });
    expect(await world.differences()).toEqual([]);
  });

  test("the preview tells of them apart; again = nothing", async () => {
    const world = await charged();
    expect((await preview(world.db, request(world.tenantId))).sides.filter(({ changed }) => changed > 0)).toEqual([]);
    await reprice(world, "0.03");
    const { sides } = await apply(world.db, request(world.tenantId));
    expect(sides.filter(({ changed }) => changed > 0)).toMatchObject([
      { account: "ben", cause: "priced", was: 120_000_000n, shouldBe: 60_000_000n },
      { account: "family", cause: "priced", was: 120_000_000n, shouldBe: 60_000_000n },
      // the first call of March is free at any price, and the rate that it is free of reads differently
      { account: "anna", cause: "in-turn", changed: 3, was: 180_000_000n, shouldBe: 90_000_000n },
    ]);
    const again = await preview(world.db, request(world.tenantId));
    expect(again.sides.filter(({ changed }) => changed > 0)).toEqual([]);
  });

  test("calls of the month that are not asked for keep their tariff version, and get what their turn gives them", async () => {
    const world = await charged();
    await reprice(world, "0.03", "1/1"); // the first call is shorter now: a minute is left for the next
    const from = Date.parse("2026-03-02T00:00:00Z");
    const to = Date.parse("2026-03-03T00:00:00Z");
    await apply(world.db, request(world.tenantId, { from, to } as object));
    expect(await world.charged()).toEqual([
      "anna-2026-03-02T10:00:00 anna 0 61 s 61 0.03 free 61",
      "ben-2026-03-02T10:00:00 ben 0.0305 61 s - 0.03 ",
      "ben-2026-03-02T10:00:00 family 0.0305 61 s - 0.03 ",
      "anna-2026-03-03T10:00:00 anna 0.061 120 s 59 0.06 free 59",
      "anna-2026-03-04T10:00:00 anna 0.121667 61 s - 0.1 ",
      "anna-2026-04-02T10:00:00 anna 0.06 180 s 120 0.06 free 120",
    ]);
    expect(await world.differences()).toEqual([]);
  });
});
