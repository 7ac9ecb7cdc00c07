import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

/** A row that talks for less than no time. */
const broken = (key: string) =>
  `"","442079460018","14155550123","default","2026-03-02 10:15:07","2026-03-02 10:15:13","2026-03-02 10:16:48","101","-95","","${key}","","","",""\n`;

test.each<[readonly string[], number, number, string]>([
  // files                                               waiting duplicates why
  [[broken("a")], 1, 0, "a broken row waits"],
  [[broken("a") + broken("a")], 1, 1, "the second of two equal rows must not release the first"],
  [[broken("a"), broken("b") + broken("a")], 2, 1, "nor one in another file"],
  [[broken("a") + broken("b"), broken("b") + broken("a")], 2, 2, "nor a whole file in another order"],
])("a rejected row that comes again waits on, once: %j", async (files, waiting, duplicate) => {
  const operator = await Operator.create(db);
  const source = await operator.source("s", "freeswitch-csv");
  await operator.flatRate(source, "0.06");
  for (const text of files) await operator.importText(source, "a.csv", text);
  expect(
    await operator.figures(
      `select (select count(*)::int from quarantine where state = 'waiting') as waiting,
         (select sum(quarantined)::int from source_files) as quarantined,
         (select sum(duplicate)::int from source_files) as duplicate`,
    ),
  ).toEqual({ waiting, quarantined: waiting, duplicate });
});
