import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nanos } from "../../src/core/money/nanos.ts";
import { epochMs } from "../../src/core/time/epoch.ts";
import { copyBody, type RowSink } from "../../src/server/db/binary-copy.ts";
import { copyIn } from "../../src/server/db/copy-in.ts";
import { insertRows } from "../../src/server/db/insert-rows.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const anyUuid = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const anyRow = fc.record({
  uuid: fc.option(anyUuid),
  text: fc.option(fc.string({ unit: "binary" })),
  small: fc.option(fc.integer({ min: -32_768, max: 32_767 })),
  whole: fc.option(fc.integer()),
  big: fc.maxSafeInteger(),
  flag: fc.boolean(),
  at: fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 })),
  amount: fc.option(fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n })),
  number: fc.option(fc.stringMatching(/^\d{1,17}(\.\d{1,13})?$/)),
  json: fc.option(fc.record({ text: fc.string() })),
});
type AnyRow = typeof anyRow extends fc.Arbitrary<infer Row> ? Row : never;

const COLUMNS = "uuid, text, small, whole, big, flag, at, amount, number, json";

function write(sink: RowSink, row: AnyRow): void {
  sink.row(10);
  sink.uuid(row.uuid);
  sink.text(row.text);
  sink.int2(row.small);
  sink.int4(row.whole);
  sink.int8(row.big);
  sink.bool(row.flag);
  sink.timestamptz(row.at === null ? null : epochMs(row.at));
  sink.amount(row.amount === null ? null : nanos(row.amount));
  sink.numeric(row.number);
  sink.json(row.json);
}

test("rows that are inserted are what a copy of them is, nulls and every type", async () => {
  const rows = fc.sample(anyRow, 400);
  const differing = await db.bulk("ingest", {}, async (tx) => {
    const types = `uuid uuid, text text, small smallint, whole integer, big bigint, flag boolean, at timestamptz,
      amount numeric, number numeric, json jsonb`;
    for (const table of ["inserted", "copied"]) await tx.query(`create temp table ${table} (${types}) on commit drop`);
    await insertRows(tx, { table: "inserted", columns: COLUMNS, write }, rows.slice(0, 1));
    const { rowCount } = await insertRows(tx, { table: "inserted", columns: COLUMNS, write }, rows.slice(1));
    expect(rowCount).toBe(rows.length - 1);
    await copyIn(tx, `copy copied (${COLUMNS}) from stdin (format binary)`, copyBody(rows, write));
    return (await tx.query("select * from (table inserted except all table copied) a")).rows;
  });
  expect(differing).toEqual([]);
});

test("no rows are no statement", async () => {
  const none = await db.transaction("ingest", {}, (tx) => insertRows(tx, { table: "none", columns: "", write }, []));
  expect(none).toEqual({ rows: [], rowCount: 0 });
});
