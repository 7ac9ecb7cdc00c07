import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dumpSchema } from "../../scripts/schema-dump.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

test("schema.sql is what the migrations make, on every PostgreSQL (if not: `npm run schema`)", async () => {
  const committed = await readFile(join(import.meta.dirname, "../../schema.sql"), "utf8");
  expect(await dumpSchema(db)).toBe(committed);
});
