import { afterAll, beforeAll, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { KAMAILIO_HEADER, kamailioRows } from "../support/switch-files.ts";
import { brokenLaws, tenantState } from "../support/tenant-state.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

test("the earlier half's file, imported again, knows the half that came in a later file", async () => {
  const operator = await Operator.create(db);
  const source = await operator.source("proxy", "kamailio-acc");
  await operator.flatRate(source, "0.06");
  const startedAt = Date.UTC(2026, 2, 2, 10);
  const [invite, bye] = kamailioRows({
    key: "k",
    calling: "442079460018",
    called: "14155550123",
    startedAt,
    ringS: 0,
    talkedS: 7_200,
    account: "",
    gateway: "",
  });
  const hour = 3_600_000;
  const first = () => operator.importText(source, "1.csv", KAMAILIO_HEADER + invite, epochMs(startedAt + hour));
  const second = () => operator.importText(source, "2.csv", KAMAILIO_HEADER + bye, epochMs(startedAt + 3 * hour));
  await first();
  await second();
  const once = await tenantState(db, operator.tenantId);
  expect(once.events).toHaveLength(1);
  for (const again of [first, second, first]) {
    expect((await again()).counts).toMatchObject({ rows: 1, duplicate: 1, open: 0 });
    expect(await tenantState(db, operator.tenantId)).toEqual(once);
    expect(await brokenLaws(db, operator.tenantId)).toEqual({});
  }
});
