import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accrueVendors, countUnpostedCost } from "../../src/server/ledger/accrue-vendors.ts";
import { BillingOperator, type TestCall } from "../invoicing/billing.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const newOperator = () => BillingOperator.create(db, { alpha: {}, beta: {}, carrier: { kind: "vendor" } });

const accrue = ({ operator: { tenantId } }: BillingOperator) =>
  accrueVendors(db, { tenantId, actor: testerOf(tenantId) });

/** Days that are not posted in full, by all charges of all time. */
const unposted = ({ operator: { tenantId } }: BillingOperator): Promise<number> =>
  db.transaction("app", { tenantId }, countUnpostedCost);

const anyCall: fc.Arbitrary<TestCall> = fc.record({
  code: fc.constantFrom("alpha", "beta"),
  answered: fc
    .integer({ min: 0, max: 200 })
    .map((hours) =>
      Temporal.PlainDateTime.from("2026-03-01T00:00:00").add({ hours }).toString({ smallestUnit: "second" }),
    ),
  talkedS: fc.integer({ min: 1, max: 600 }),
});

const anyStep = fc.oneof(
  fc.record({ kind: fc.constant("import"), calls: fc.array(anyCall, { minLength: 1, maxLength: 4 }) }),
  fc.record({ kind: fc.constant("correct"), zone: fc.constantFrom("UTC", "Asia/Tokyo", "America/New_York") }),
  fc.record({ kind: fc.constant("accrue"), whileImporting: fc.array(anyCall, { maxLength: 2 }) }),
);

test("looking at what is new posts what looking at everything would, however late or corrected a call is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 4, maxLength: 10 }), async (steps) => {
      const billing = await newOperator();
      const files: (readonly TestCall[])[] = [];
      const importAll = async (calls: readonly TestCall[]) => {
        files.push(calls);
        await billing.import(calls, `${files.length}.csv`);
      };
      for (const step of steps) {
        if ("calls" in step) await importAll(step.calls);
        else if ("zone" in step) {
          await billing.correctZone(step.zone);
          for (const [index, calls] of files.entries()) await billing.import(calls, `${index + 1}.csv`);
        } else {
          const { whileImporting } = step;
          await Promise.all([accrue(billing), accrue(billing), whileImporting.length > 0 && importAll(whileImporting)]);
          await accrue(billing);
          expect(await unposted(billing)).toBe(0);
          expect(await accrue(billing)).toEqual({ posted: 0 });
        }
      }
      await accrue(billing);
      expect(await unposted(billing)).toBe(0);
    }),
    { numRuns: 12, seed: 42 },
  );
});

test("a run looks at the days of new journals alone, and the doctor at all of them", async () => {
  const billing = await newOperator();
  await billing.import([
    { code: "alpha", answered: "2026-03-01T10:00:00", talkedS: 60 },
    { code: "alpha", answered: "2026-03-02T10:00:00", talkedS: 60 },
  ]);
  expect(await accrue(billing)).toEqual({ posted: 2 });
  await db.transaction("owner", {}, (tx) =>
    tx.query("update vendor_accruals set amount = 0 where day = '2026-03-01' and tenant_id = $1", [
      billing.operator.tenantId,
    ]),
  );
  expect(await unposted(billing)).toBe(1);
  await billing.import([{ code: "alpha", answered: "2026-03-02T23:00:00", talkedS: 60 }], "same-day.csv");
  expect(await accrue(billing)).toEqual({ posted: 1 });
  expect(await unposted(billing)).toBe(1);
});
