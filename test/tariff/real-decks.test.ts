import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseInstant } from "../../src/core/time/instant-text.ts";
import { explainPrice } from "../../src/server/rating/explain-price.ts";
import { assignTariff } from "../../src/server/tenancy/assign-tariff.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { sharedData } from "../support/shared-data.ts";
import { DeckDesk } from "./deck-desk.ts";

interface Expected {
  readonly rows: number;
  readonly prefixes: number;
  readonly rejected: number;
  /** Of the rates in the table. */
  readonly sum: string;
  readonly outliers: number;
  readonly status: 0 | 1;
}

const DECKS: readonly (readonly [string, Expected, string])[] = [
  [
    "az-sdf.csv",
    { rows: 27_523, prefixes: 27_514, rejected: 9, sum: "4514.5571", outliers: 0, status: 1 },
    "nine rows without a price",
  ],
  [
    "az-sdf-first6000.xlsx",
    { rows: 6_000, prefixes: 5_999, rejected: 1, sum: "918.7047", outliers: 0, status: 1 },
    "a workbook: two title rows, codes as numbers",
  ],
  [
    "az-decimal-comma.csv",
    { rows: 11_894, prefixes: 11_894, rejected: 0, sum: "858.1432", outliers: 0, status: 0 },
    "decimal commas in quotes under a comma delimiter",
  ],
  [
    "az-plus-prefix-outliers.csv",
    { rows: 4_743, prefixes: 4_743, rejected: 0, sum: "375236.374", outliers: 310, status: 1 },
    "310 prices without their decimal point",
  ],
];

let db: TestDatabase;
let desk: DeckDesk;
beforeAll(async () => {
  db = await testDatabase();
  desk = await DeckDesk.open(db);
});
afterAll(() => db.drop());

describe("decks that carriers really sent, through the command line into the database", () => {
  for (const [name, expected, why] of DECKS) {
    const path = sharedData(`decks/${name}`);
    test.skipIf(path === null)(`${name} (${why})`, async () => {
      const words = ["import", path as string, "--tariff", name, "--create", "--mode", "full", "--accept-findings"];
      const first = await desk.json([...words, "--publish"]);
      const { outcome, reading, comparison, rejects } = first.document;
      const [stored] = await sums(name);
      const outliers = comparison.findings.find(({ code }) => code === "scale-outlier")?.total ?? 0;
      process.stdout.write(
        `${name}: ${reading.counts.rows} rows, ${stored?.prefixes} prefixes stored, ${rejects.total} rejected, ` +
          `sum of rates ${stored?.sum}, ${outliers} scale outliers\n`,
      );
      expect(outcome).toMatchObject({ kind: "published", version: 1 });
      expect({
        ...{ rows: reading.counts.rows, prefixes: stored?.prefixes, rejected: rejects.total, sum: stored?.sum },
        ...{ outliers, status: first.status },
      }).toEqual(expected);
      expect(rejects.listed.every(({ code, raw, fix }) => code === "rate-missing" && raw !== "" && fix !== "")).toBe(
        true,
      );

      const before = await desk.stored();
      const second = await desk.json([...words, "--publish"], "2026-04-01T00:00:00Z");
      expect(second.document.outcome).toEqual({ kind: "unchanged" });
      expect(second.status).toBe(expected.status);
      expect(await desk.stored()).toEqual(before);
    });
  }

  const deck = sharedData("decks/az-sdf.csv");
  test.skipIf(deck === null)("a call is priced by the deck that was just published", async () => {
    const account = await desk.operator.account("caller");
    await desk.run(["import", deck as string, "--tariff", "for-calls", "--create", "--mode", "full", "--publish"]);
    const { tenantId } = desk.operator;
    const effectiveFrom = parseInstant("2020-01-01", "UTC")!;
    const wanted = { tenantId, accountCode: account.code, tariffName: "for-calls", effectiveFrom, dryRun: false };
    await assignTariff(db, { ...wanted, actor: testerOf(wanted.tenantId) });
    const answeredAt = parseInstant("2026-03-15T12:00:00Z", "UTC")!;
    const call = { tenantId, called: "+49 30 901820", accountCode: "caller", answeredAt, talkedS: 61 };
    const { sides } = await explainPrice(db, call);
    // GERMANY - BERLIN, 0.0159 a minute at 30/6: 61 s are billed as 66.
    expect(sides[0]?.outcome).toMatchObject({
      kind: "rated",
      charge: { prefix: "4930", destination: "GERMANY - BERLIN", billedS: 66, amount: 17_490_000n },
    });
  });
});

const sums = async (tariff: string) => [
  await desk.operator.figures<{ prefixes: number; sum: string }>(
    `select count(distinct prefix)::int as prefixes, trim_scale(sum(rate))::text as sum
     from rates where tariff_id = (select id from tariffs where name = '${tariff}')`,
  ),
];
