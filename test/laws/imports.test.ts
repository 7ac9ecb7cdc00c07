import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { retryQuarantine } from "../../src/server/mediation/retry-quarantine.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyDelivery, anyRows, anySettings, inOneFile, type Settings, World } from "./world.ts";

const SEED = Number(process.env.TOLLWRIGHT_LAW_SEED ?? 42);
const RUNS = Number(process.env.TOLLWRIGHT_LAW_RUNS ?? 8);
const LIMITS = { seed: SEED, numRuns: RUNS, endOnFailure: RUNS < 100 };
const RIGHT: Settings = { timeZone: "UTC", owner: "postpaid" };

let db: TestDatabase;

beforeAll(async () => {
  process.stderr.write(
    `Laws of imports: seed ${SEED} (TOLLWRIGHT_LAW_SEED), ${RUNS} runs each (TOLLWRIGHT_LAW_RUNS)\n`,
  );
  db = await testDatabase();
});
afterAll(() => db?.drop());

test("any split into files, in any order, with repeats, in any batches = the whole, once", {
  timeout: 600_000,
}, async () => {
  const anyCase = anyRows.chain((rows) => fc.record({ rows: fc.constant(rows), delivery: anyDelivery(rows) }));
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ rows, delivery }) => {
      const whole = await World.create(db, RIGHT);
      await whole.deliver(inOneFile(rows));
      const expected = await whole.outcome();
      const split = await World.create(db, RIGHT);
      await split.deliver(delivery);
      expect(await split.outcome()).toEqual(expected);
      await split.deliver(delivery);
      expect(await split.outcome()).toEqual(expected);
    }),
    LIMITS,
  );
});

test("settings corrected, any number of times, and everything imported again = imported once, under the last", {
  timeout: 600_000,
}, async () => {
  const anyCase = anyRows.chain((rows) =>
    fc.record({
      rows: fc.constant(rows),
      before: fc.array(fc.record({ settings: anySettings, delivery: anyDelivery(rows) }), {
        minLength: 1,
        maxLength: 2,
      }),
      last: fc.record({ settings: anySettings, delivery: anyDelivery(rows) }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ rows, before, last }) => {
      const fresh = await World.create(db, last.settings);
      await fresh.deliver(inOneFile(rows));
      const corrected = await World.create(db, before[0]?.settings ?? RIGHT);
      for (const { settings, delivery } of [...before, last]) {
        await corrected.correct(settings);
        await corrected.deliver(delivery);
        await corrected.outcome();
      }
      expect(await corrected.outcome()).toEqual(await fresh.outcome());
    }),
    LIMITS,
  );
});

test("quarantined rows, released in any order or by the files again = imported once", {
  timeout: 600_000,
}, async () => {
  const anyCase = anyRows.chain((rows) =>
    fc.record({
      rows: fc.constant(rows),
      delivery: anyDelivery(rows),
      again: fc.boolean(),
      limits: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ rows, delivery, again, limits }) => {
      const fresh = await World.create(db, RIGHT);
      await fresh.giveCode("unknown", "reselling");
      await fresh.deliver(inOneFile(rows));
      const world = await World.create(db, RIGHT);
      await world.deliver(delivery);
      await world.giveCode("unknown", "reselling");
      const { tenantId } = world.operator;
      for (const limit of limits) {
        await retryQuarantine(db, { tenantId, limit }, testerOf(tenantId));
        await world.outcome();
      }
      if (again) await world.deliver(delivery);
      else await retryQuarantine(db, { tenantId, limit: 1_000 }, testerOf(tenantId));
      expect(await world.outcome()).toEqual(await fresh.outcome());
    }),
    LIMITS,
  );
});
