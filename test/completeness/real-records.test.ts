import { afterAll, beforeAll, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { findCompleteness } from "../../src/server/completeness/find-completeness.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { sharedData } from "../support/shared-data.ts";
import { Site } from "./site.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const broadworks = sharedData("cdrs/broadworks_cdr_v19.xml");

test.skipIf(broadworks === null)("a real BroadWorks file jumps from one event counter to a later one", async () => {
  const site = await Site.create(db);
  const completeness = { records: {}, silentAfterMinutes: 0 };
  const source = await site.source("broadworks", "broadworks-xml", { completeness });
  await site.operator.importPath(source, broadworks ?? "");
  const { tenantId } = site.operator;
  const period = { from: epochMs(Date.UTC(2000, 0, 1)), until: epochMs(Date.UTC(2100, 0, 1)) };
  const { sources } = await findCompleteness(db, { tenantId, period, now: period.until });
  expect(sources[0]?.findings.map(({ what }) => what)).toEqual([
    expect.stringMatching(
      /^Records 2183387 to 2183485 \(99\) did not come: between broadworks_cdr_v19.xml line \d+ and /,
    ),
  ]);
});
