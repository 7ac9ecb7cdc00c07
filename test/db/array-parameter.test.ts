import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import {
  intArray,
  jsonArray,
  jsonbArray,
  textArray,
  timestampArray,
  uuidArray,
} from "../../src/server/db/array-parameter.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

/** What the server reads of a parameter, in order. */
async function read(type: string, parameter: Buffer): Promise<unknown[]> {
  const { rows } = await db.transaction("owner", {}, (tx) =>
    tx.query<{ value: unknown }>(`select value from unnest($1::${type}[]) with ordinality t(value, i) order by i`, [
      parameter,
    ]),
  );
  return rows.map(({ value }) => value);
}

/** NUL cannot stand in PostgreSQL text. */
const anyText = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", ""));
const anyTime = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2200, 0) }).map(epochMs);

test.each<[string, fc.Arbitrary<unknown>, (values: never) => Buffer, string]>([
  ["uuid", fc.option(fc.uuid()), uuidArray, "with nulls: a session that nobody pays has no book"],
  ["integer", fc.integer(), intArray, "negative ones, too"],
  ["timestamptz", fc.option(anyTime), timestampArray, "before and after the server's own epoch"],
  ["text", anyText, textArray, "any characters, commas and quotes among them"],
  ["json", fc.record({ name: anyText, n: fc.option(fc.integer()) }), jsonArray, "any value"],
  ["jsonb", fc.record({ name: anyText, n: fc.option(fc.integer()) }), jsonbArray, "any value"],
])("the server reads every %s[] as it was written (%3$s)", async (type, anyValue, write) => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyValue, { maxLength: 30 }), async (values) => {
      expect(await read(type, write(values as never))).toEqual(values);
    }),
    { numRuns: 25 },
  );
});

test.each(["", "0", "0193A5A0-0000-7000-8000-000000000000", "zz93a5a0-0000-7000-8000-000000000000"])(
  "%j is no uuid",
  (text) => {
    expect(() => uuidArray([text])).toThrow("a uuid is 36 characters, its digits in lower case");
  },
);
