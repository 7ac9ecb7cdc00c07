import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { now, uuidv7 } from "../../src/clock.ts";
import { fromInstant } from "../../src/core/time/epoch.ts";
import { importFile } from "../../src/server/mediation/import-file.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const COLUMNS = [
  "caller_id_number",
  "destination_number",
  "start_stamp",
  "answer_stamp",
  "end_stamp",
  "billsec",
  "uuid",
];

/** Calls of one minute, one row each. */
const rows = (count: number) =>
  Array.from(
    { length: count },
    (_, i) =>
      `"442079460018","14155550123","2026-03-02 1${i}:00:00","2026-03-02 1${i}:00:10","2026-03-02 1${i}:01:10","60","k${i}"\n`,
  ).join("");

test("what is published while a file is imported prices its later batches", async () => {
  const operator = await Operator.create(db);
  const alpha = await operator.account("alpha");
  const beta = await operator.account("beta");
  await operator.tariff("one", [anyRate("", "0.06")], [alpha]);
  await operator.rules([[alpha, { match: { callingPrefix: "44" } }]]);
  const source = await operator.source("s", "freeswitch-csv", { mapping: { columns: COLUMNS } });
  const path = join(tmpdir(), `${uuidv7()}-calls.csv`);
  await writeFile(path, rows(6));

  // While the book is locked no batch can end, and the third is not opened before the first has ended.
  const imported = await db.transaction("owner", {}, async (tx) => {
    await tx.query("select from books where id = $1 for update", [alpha.bookId]);
    const running = importFile(db, { source, path, receivedAt: fromInstant(now()), batchRows: 1 });
    await operator.tariff("two", [anyRate("", "0.12")], [beta]);
    return { running };
  });
  expect((await imported.running).counts).toMatchObject({ rows: 6, stored: 6 });

  const { published, rated } = await operator.figures<{ published: number; rated: number[] }>(
    `select (select epoch::int from tariff_epochs) as published,
       array_agg(tariff_epoch::int order by answered_at) as rated from charges`,
  );
  expect(rated.slice(2)).toEqual([published, published, published, published]);
});
