import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { epochMs, fromInstant } from "../../src/core/time/epoch.ts";
import { findCompleteness } from "../../src/server/completeness/find-completeness.ts";
import { importNewFile } from "../../src/server/mediation/import-new-file.ts";
import { LiveRatingContext } from "../../src/server/rating/live-rating-context.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Site } from "./site.ts";

let db: TestDatabase;
let dir: string;
beforeAll(async () => {
  db = await testDatabase();
  dir = await mkdtemp(join(tmpdir(), "tollwright-same-"));
});
afterAll(async () => {
  await db?.drop();
  await rm(dir, { recursive: true });
});

test("quiet hours whose files hold the same header and nothing else are no gaps", async () => {
  const site = await Site.create(db);
  const completeness = { fileNames: { pattern: "cdr-{number}.csv" }, silentAfterMinutes: 0 };
  await site.source("sbc", "asterisk-db", { completeness });
  const { tenantId } = site.operator;
  const rating = new LiveRatingContext();
  for (const number of [1, 2, 3, 5]) {
    const path = join(dir, `cdr-${number}.csv`);
    await writeFile(path, "start,answer,end,src,dst,duration,billsec,disposition,channel,uniqueid,sequence\n");
    await importNewFile(db, { tenantId, source: "sbc", path, rating });
  }
  const until = fromInstant(now());
  const period = { from: epochMs(until - 3_600_000), until: epochMs(until + 3_600_000) };
  const { sources } = await findCompleteness(db, { tenantId, period, now: until });
  expect(sources[0]?.findings.map(({ what }) => what)).toEqual([
    "File 4 did not come: between cdr-3.csv and cdr-5.csv.",
  ]);
});
