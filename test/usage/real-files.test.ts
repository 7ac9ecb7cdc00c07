import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { sharedData } from "../support/shared-data.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const RETAIL_MAPPING = {
  layout: { kind: "csv", header: true },
  // callID starts again at 0 every 100 or 200 rows.
  key: "record",
  calling: "phoneNumber",
  called: "destPhoneNumber",
  startedAt: { columns: ["startDate", "startTime"], format: "d/M/yyyy H:mm:ss" },
  answeredAt: { columns: ["startDate", "startTime"], format: "d/M/yyyy H:mm:ss" },
  endedAt: { columns: ["endDate", "endTime"], format: "d/M/yyyy H:mm:ss" },
};

const STORED = `select count(*)::int as events, coalesce(sum(talked_s), 0)::int as talked_s, coalesce(sum(talked_ms),
  0)::float8 as talked_ms,
  count(distinct calling)::int as calling, count(answered_at)::int as answered from usage_events`;

interface Stored {
  readonly events: number;
  readonly talked_s: number;
  readonly talked_ms: number;
  readonly calling: number;
  readonly answered: number;
}

describe("files that others wrote", () => {
  test("a retail file through a declarative mapping alone", async (context) => {
    const path = sharedData("cdrs/retail_cdr_split_date_time_42k.csv");
    if (path === null) return context.skip("the real file is not on this machine");
    const operator = await Operator.create(db);
    const source = await operator.source("retail", "mapped", { mapping: RETAIL_MAPPING });
    await operator.flatRate(source, "0.06");
    const file = await operator.importPath(source, path);
    expect(file.counts).toMatchObject({ rows: 42_238, stored: 42_238 });
    const stored = await operator.figures<Stored>(STORED);
    expect(stored).toMatchObject({ events: 42_238, talked_s: 45_318_420, calling: 101 });
    const again = await operator.importPath(source, path);
    expect(again.counts).toMatchObject({ rows: 42_238, stored: 0, duplicate: 42_238, corrected: 0 });
    expect(await operator.figures<Stored>(STORED)).toEqual(stored);
  });

  test("CUCM: records and quality records, the type row skipped", async (context) => {
    const [cdr, cmr] = [sharedData("cdrs/cucm_cdr.txt"), sharedData("cdrs/cucm_cmr.txt")];
    if (cdr === null || cmr === null) return context.skip("the real files are not on this machine");
    const operator = await Operator.create(db);
    const source = await operator.source("cucm", "cucm");
    await operator.flatRate(source, "0.06");
    expect((await operator.importPath(source, cdr)).counts).toMatchObject({ rows: 3, stored: 3 });
    expect((await operator.importPath(source, cmr)).counts).toMatchObject({ rows: 2, nonBillable: 2 });
    expect(await operator.figures<Stored>(STORED)).toMatchObject({ events: 3, talked_s: 11 });
  });

  test("OpenSIPS: four calls, three missed, and a pair split over two files", async (context) => {
    const paths = ["acc_success", "acc_missed", "part1_bye_first", "part2_invite_later"].map((name) =>
      sharedData(`cdrs/opensips_flatstore_${name}.csv`),
    );
    const [success, missed, part1, part2] = paths;
    if (!success || !missed || !part1 || !part2) return context.skip("the real files are not on this machine");
    const operator = await Operator.create(db);
    const source = await operator.source("opensips", "opensips-acc");
    await operator.flatRate(source, "0.06");
    expect((await operator.importPath(source, success)).counts).toMatchObject({ rows: 8, stored: 8 });
    expect(await operator.figures<Stored>(STORED)).toMatchObject({ events: 4, talked_s: 12 });
    expect((await operator.importPath(source, missed)).counts).toMatchObject({ rows: 3, stored: 3 });
    expect(await operator.figures<Stored>(STORED)).toMatchObject({ events: 7, answered: 4, talked_s: 12 });
    const first = await operator.importPath(source, part1);
    expect(first.counts).toMatchObject({ rows: 1, open: 1 });
    const second = await operator.importPath(source, part2);
    expect(second.counts).toMatchObject({ rows: 2, stored: 1, open: 1 });
    expect(await operator.figures<Stored>(STORED)).toMatchObject({ events: 8, talked_s: 16 });
    const files = await operator.figures("select sum(open)::int as open, sum(stored)::int as stored from source_files");
    expect(files).toEqual({ open: 1, stored: 13 });
    for (const path of paths) if (path) await operator.importPath(source, path);
    expect(await operator.figures<Stored>(STORED)).toMatchObject({ events: 8, talked_s: 16 });
  });

  test("BroadWorks: two calls; heartbeats are not billed", async (context) => {
    const path = sharedData("cdrs/broadworks_cdr_v19.xml");
    if (path === null) return context.skip("the real file is not on this machine");
    const operator = await Operator.create(db);
    const source = await operator.source("broadworks", "broadworks-xml");
    await operator.flatRate(source, "0.06");
    const file = await operator.importPath(source, path);
    expect(file.counts).toMatchObject({ stored: 2, quarantined: 0, open: 0 });
    expect(await operator.figures<Stored>(STORED)).toMatchObject({ events: 2, talked_ms: 13_483 + 23_285 });
  });

  test("FreeSWITCH json_cdr: 67.540 s measured, 68 s billed", async (context) => {
    const path = sharedData("cdrs/freeswitch_json_cdr_1.json");
    if (path === null) return context.skip("the real file is not on this machine");
    const operator = await Operator.create(db);
    const source = await operator.source("freeswitch", "freeswitch-json");
    await operator.flatRate(source, "0.06");
    expect((await operator.importPath(source, path)).counts).toMatchObject({ rows: 1, stored: 1 });
    expect(await operator.figures<Stored>(STORED)).toMatchObject({ events: 1, talked_s: 68, talked_ms: 67_540 });
  });
});
