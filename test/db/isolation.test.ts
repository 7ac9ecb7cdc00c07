import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const TENANT = "00000000-0000-4000-8000-000000000001";

test("a transaction of the app runs as the app's role, for its tenant", async () => {
  const { rows } = await db.transaction("app", { tenantId: TENANT }, (tx) =>
    tx.query("select current_user as role, current_tenant() as tenant"),
  );
  expect(rows).toEqual([{ role: "tollwright_app", tenant: TENANT }]);
});
