import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { findCompleteness, type SourceCompleteness } from "../../src/server/completeness/find-completeness.ts";
import { retryQuarantine } from "../../src/server/mediation/retry-quarantine.ts";
import {
  anyDelivery,
  anyRows,
  anySettings,
  type Delivery,
  inOneFile,
  type Row,
  type Settings,
  World,
} from "../laws/world.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const PERIOD = { from: epochMs(Date.UTC(2026, 0, 1)), until: epochMs(Date.UTC(2026, 5, 1)) };

const completenessOf = ({ operator: { tenantId } }: World): Promise<readonly SourceCompleteness[]> =>
  findCompleteness(db, { tenantId, period: PERIOD, now: PERIOD.until }).then(({ sources }) => sources);

type Hours = SourceCompleteness["hours"];
const sum = (hours: Hours, pick: (counts: Hours[number]) => number) =>
  hours.reduce((total, counts) => total + pick(counts), 0);
const rowsIn = (hours: Hours) =>
  sum(hours, (each) => each.stored + each.duplicate + each.nonBillable + each.quarantined + each.open);

/** What must hold between files, hours and usage at every moment. */
async function expectIdentity(world: World): Promise<void> {
  for (const { source, counts, files, hours } of await completenessOf(world)) {
    const { rows, stored, duplicate, nonBillable, quarantined, open } = counts;
    expect(rows).toBe(stored + duplicate + nonBillable + quarantined + open);
    expect(files.filter(({ withoutHour }) => withoutHour < 0)).toEqual([]);
    expect(rowsIn(hours) + files.reduce((total, { withoutHour }) => total + withoutHour, 0)).toBe(rows);
    expect(sum(hours, (each) => each.open)).toBe(open);
    expect(sum(hours, (each) => each.stored + each.duplicate)).toBeLessThanOrEqual(stored + duplicate);
    const usage = await world.operator.figures<{ calls: string; talked_s: string }>(
      `select count(*) as calls, coalesce(sum(talked_s), 0) as talked_s from usage_events
       where source_id = '${source.id}'`,
    );
    expect([sum(hours, ({ calls }) => calls), sum(hours, ({ talkedS }) => talkedS)]).toEqual([
      Number(usage.calls),
      Number(usage.talked_s),
    ]);
  }
}

/**
 * What came of the calls, by hour and trunk, whatever came twice. Which of the rows of a call in parts counts as stored
 * and which as its repeat depends on which came first.
 */
const settledHours = (sources: readonly SourceCompleteness[]) =>
  sources.map(({ source, hours }) => [
    source.name,
    hours
      .map(({ hour, trunk, stored, open, calls, answered, talkedS }) => {
        return { hour, trunk, stored: source.name === "proxy" ? 0 : stored, open, calls, answered, talkedS };
      })
      .filter(({ stored, open, calls }) => stored + open + calls > 0),
  ]);

interface Story {
  readonly rows: readonly Row[];
  readonly wrong: Settings;
  readonly right: Settings;
  readonly first: Delivery;
  readonly second: Delivery;
}

const anyStory: fc.Arbitrary<Story> = fc
  .record({ rows: anyRows, wrong: anySettings, right: anySettings })
  .chain((start) =>
    fc.record({
      rows: fc.constant(start.rows),
      wrong: fc.constant(start.wrong),
      right: fc.constant(start.right),
      first: anyDelivery(start.rows),
      second: anyDelivery(start.rows),
    }),
  );

test("rows in = what became of them, by file and hour, through corrections, retries and files that come again", async () => {
  await fc.assert(
    fc.asyncProperty(anyStory, async ({ wrong, right, first, second }) => {
      const world = await World.create(db, wrong);
      await world.deliver(first);
      await expectIdentity(world);
      await world.giveCode("unknown", "postpaid");
      const { tenantId } = world.operator;
      await retryQuarantine(db, { tenantId, limit: 1_000 }, testerOf(tenantId));
      await expectIdentity(world);
      await world.correct(right);
      await world.deliver(second);
      await expectIdentity(world);
      await world.deliver(first);
      await expectIdentity(world);
    }),
    { numRuns: 5, seed: 42, endOnFailure: true },
  );
});

test("the order in which files came does not show: corrected, retried and repeated = imported once", async () => {
  await fc.assert(
    fc.asyncProperty(anyStory, async ({ rows, wrong, right, first, second }) => {
      const world = await World.create(db, wrong);
      await world.deliver(first);
      await world.correct(right);
      await world.giveCode("unknown", "postpaid");
      await world.deliver(second);
      await world.deliver(first);
      const once = await World.create(db, right);
      await once.giveCode("unknown", "postpaid");
      await once.deliver(inOneFile(rows));
      const found = await completenessOf(world);
      expect(settledHours(found)).toEqual(settledHours(await completenessOf(once)));
      expect(found.flatMap(({ findings }) => findings)).toEqual([]);
    }),
    { numRuns: 5, seed: 42, endOnFailure: true },
  );
});
