import { afterAll, beforeAll, expect, test } from "vitest";
import { PushReceiver } from "../../src/server/mediation/receive-push.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Site, SWITCHES } from "./site.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

test("records that are posted one by one are missed by their numbers, and kept as few runs", async () => {
  const [, asterisk] = SWITCHES[0] ?? [];
  if (asterisk === undefined) throw new Error("there is a switch that numbers its records");
  const site = await Site.create(db);
  const { tenantId } = site.operator;
  const source = await site.source("sbc", asterisk.format, { ...asterisk.settings, completeness: { records: {} } });
  const receiver = new PushReceiver(db);
  const post = async (...numbers: readonly number[]) => {
    const text = asterisk.file(numbers.map((number) => ({ number, atS: number * 7, talkedS: 30 })));
    await receiver.receive({ tenantId, sourceId: source.id }, { contentType: "text/csv", body: Buffer.from(text) });
  };
  const runs = async () =>
    (
      await db.transaction("owner", {}, (tx) =>
        tx.query<{ run: string }>(
          `select format('%s-%s at %s-%s', first_number, last_number, first_line, last_line) as run
           from record_numbers where source_id = $1 order by first_number`,
          [source.id],
        ),
      )
    ).rows.map(({ run }) => run);

  for (const number of [101, 102, 104, 106, 105]) await post(number);
  expect(await runs()).toEqual(["101-102 at 1-2", "104-106 at 3-4"]);
  const [finding] = (await site.report()).sources[0]?.findings ?? [];
  expect(finding?.what).toMatch(/^Record 103 did not come: between push [\d-]+ line 2 and push [\d-]+ line 3\.$/);

  await Promise.all([post(103, 104), post(107), post(101)]);
  expect(await runs()).toEqual(["101-107 at 1-8"]);
  expect((await site.report()).sources[0]?.findings).toEqual([]);
});
