import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import type { Selection } from "../../src/server/rerating/selection.ts";
import { findAccounts } from "../../src/server/tenancy/find-account.ts";
import { apply, figures, preview, request } from "../rerating/requests.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate } from "../support/operator.ts";
import { anyRows, inOneFile, type Row, type Settings, World } from "./world.ts";

const SEED = Number(process.env.TOLLWRIGHT_LAW_SEED ?? 42);
const RUNS = Number(process.env.TOLLWRIGHT_LAW_RUNS ?? 6);
const LIMITS = { seed: SEED, numRuns: RUNS, endOnFailure: RUNS < 100 };
const RIGHT: Settings = { timeZone: "UTC", owner: "postpaid" };

let db: TestDatabase;

beforeAll(async () => {
  process.stderr.write(
    `Laws of re-rating: seed ${SEED} (TOLLWRIGHT_LAW_SEED), ${RUNS} runs each (TOLLWRIGHT_LAW_RUNS)\n`,
  );
  db = await testDatabase();
});
afterAll(async () => {
  const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  await db.drop();
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});

/** Prices a minute of what customers, the reseller and the vendor pay or get, and whose the calls of "moving" are. */
interface Prices {
  readonly sold: readonly string[];
  readonly wholesale: string;
  readonly bought: string;
  readonly owner: Settings["owner"];
}

const anyPrice = fc.constantFrom("0", "0.0123", "0.06", "0.0777777777", "0.2");
const anyPrices: fc.Arbitrary<Prices> = fc.record({
  sold: fc.array(anyPrice, { minLength: 3, maxLength: 3 }),
  wholesale: anyPrice,
  bought: anyPrice,
  owner: fc.constantFrom("postpaid", "prepaid", "reselling"),
});

let tariffs = 0;

/** Gives everybody new prices, for calls of any time. */
async function reprice(world: World, { sold, wholesale, bought, owner }: Prices): Promise<void> {
  const { operator } = world;
  const { tenantId } = operator;
  const accounts = await db.transaction("app", { tenantId }, (tx) => findAccounts(tx, tenantId));
  const named = (...codes: readonly string[]) => accounts.filter(({ code }) => codes.includes(code));
  tariffs += 1;
  const rates = ["1", "44", "49"].map((prefix, index) => anyRate(prefix, sold[index] ?? "0"));
  await operator.tariff(`sold ${tariffs}`, rates, named("postpaid", "prepaid", "reselling"));
  await operator.tariff(`wholesale ${tariffs}`, [anyRate("", wholesale)], named("reseller"));
  await operator.tariff(`bought ${tariffs}`, [anyRate("", bought)], named("vendor"));
  await world.giveCode("moving", owner);
}

/** A world whose calls were charged at other prices than those that hold now. */
async function repriced(rows: readonly Row[], prices: Prices): Promise<World> {
  const world = await World.create(db, RIGHT);
  await world.deliver(inOneFile(rows));
  await reprice(world, prices);
  return world;
}

/** What came of a world's answered calls: one that was not answered has no charges, and re-rating leaves it alone. */
async function answered(world: World) {
  const { events, ...state } = await world.outcome();
  return { ...state, events: events.filter((event) => !/\|0\|0(\||$)/.test(event)) };
}

/** Every row that was ever written about money: it must not grow where there is nothing to do. */
const WRITTEN = `select (select count(*) from charges)::int as charges,
  (select count(*) from journals)::int as journals,
  (select count(*) from usage_history)::int as history,
  (select count(*) from batches)::int as batches`;

const whole = (world: World) => request(world.operator.tenantId, {}, { findParties: true });

const CASES = fc.record({ rows: anyRows, prices: anyPrices, pageCalls: fc.constantFrom(1, 2, 5, 1_000) });

test("re-rated = imported once at the new prices; what was previewed is what was done; again = nothing", {
  timeout: 600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(CASES, async ({ rows, prices, pageCalls }) => {
      const fresh = await World.create(db, RIGHT);
      await reprice(fresh, prices);
      await fresh.deliver(inOneFile(rows));
      const world = await repriced(rows, prices);
      const expected = await preview(db, whole(world), pageCalls);
      const done = await apply(db, whole(world), { pageCalls });
      expect(figures(done)).toEqual(figures(expected));
      expect(await answered(world)).toEqual(await answered(fresh));
      const written = await world.operator.figures(WRITTEN);
      expect((await apply(db, whole(world))).outcome).toBe("before");
      const { tenantId } = world.operator;
      const again = await apply(db, request(tenantId, { from: epochMs(0) }, { findParties: true }), { pageCalls });
      expect(again).toMatchObject({ outcome: "done", looked: done.looked, changed: 0, moved: 0 });
      expect(await world.operator.figures(WRITTEN)).toEqual(written);
    }),
    LIMITS,
  );
});

test("killed anywhere and asked for again = not killed", { timeout: 600_000 }, async () => {
  const anyKill = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(CASES, anyKill, async ({ rows, prices, pageCalls }, kills) => {
      const undisturbed = await repriced(rows, prices);
      const done = await apply(db, whole(undisturbed), { pageCalls });
      const world = await repriced(rows, prices);
      for (const pages of kills) {
        let left = pages;
        const onProgress = () => {
          left -= 1;
          if (left === 0) throw new Error("killed");
        };
        await apply(db, whole(world), { pageCalls, onProgress }).catch((error: unknown) => {
          if (!(error instanceof Error && error.message === "killed")) throw error;
        });
      }
      expect(figures(await apply(db, whole(world), { pageCalls }))).toEqual(figures(done));
      expect(await world.outcome()).toEqual(await undisturbed.outcome());
      expect(await world.operator.figures(WRITTEN)).toEqual(await undisturbed.operator.figures(WRITTEN));
    }),
    LIMITS,
  );
});

test("in parts, in any order, some twice, some at once = in one go", { timeout: 600_000 }, async () => {
  const parts: readonly Partial<Selection>[] = [
    { prefix: "1" },
    { prefix: "4" },
    { prefix: "49" },
    { to: epochMs(Date.UTC(2026, 2, 1)) },
    { from: epochMs(Date.UTC(2026, 2, 1)) },
    { sides: ["customer"] },
    { sides: ["reseller", "cost"] },
  ];
  await fc.assert(
    fc.asyncProperty(CASES, fc.shuffledSubarray([...parts], { minLength: 7 }), async (given, order) => {
      const { rows, prices, pageCalls } = given;
      const atOnce = await repriced(rows, prices);
      await apply(db, whole(atOnce));
      const world = await repriced(rows, prices);
      const { tenantId } = world.operator;
      await Promise.all([
        ...order.slice(0, 4).map((part) => apply(db, request(tenantId, part), { pageCalls })),
        apply(db, request(tenantId, order[0], { findParties: true }), { pageCalls }),
      ]);
      for (const part of order.slice(3)) await apply(db, request(tenantId, part, { findParties: true }));
      await apply(db, whole(world));
      expect(await world.outcome()).toEqual(await atOnce.outcome());
    }),
    LIMITS,
  );
});
