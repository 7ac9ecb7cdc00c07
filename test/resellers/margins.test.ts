import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import type { Currency } from "../../src/core/money/currency.ts";
import { nanosToSql } from "../../src/core/money/nanos.ts";
import type { MarginBy, MarginSums } from "../../src/core/reports/margin-rows.ts";
import { marginCsv } from "../../src/server/reports/margin-csv.ts";
import { type MarginReport, marginReport } from "../../src/server/reports/margin-report.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { EUR } from "../support/operator.ts";
import { pay } from "../support/prepaid-customer.ts";
import { SellingChain } from "./chain-world.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const USD = "USD" as Currency;
const GBP = "GBP" as Currency;

const todayAndBefore = () => {
  const today = now().toZonedDateTimeISO("UTC").toPlainDate();
  return { startDate: today.subtract({ days: 3 }), endDate: today.add({ days: 1 }) };
};

/** As the operator sees it, or as the account of that code. */
function report(chain: SellingChain, by: MarginBy, viewer: string | null = null): Promise<MarginReport> {
  const accountId = chain.levels.find(({ code }) => code === viewer)?.id ?? null;
  const actor = { ...testerOf(chain.operator.tenantId), accountId };
  return marginReport(db, { actor, by, period: todayAndBefore(), now: now() });
}

const text = (key: string, { calls, revenue, cost, margin, marginPercent }: MarginSums): string =>
  `${key}: ${calls} calls, ${[revenue, cost, margin]
    .map(nanosToSql)
    .join(" - ")
    .replace(/ - (?=[^ ]*$)/, " = ")}, ${marginPercent} %`;

const rowsOf = ({ rows }: MarginReport): readonly string[] => rows.map(({ key, ...sums }) => text(key, sums));

describe("vendor .010, first .020, second .030, customer .050 a minute: two minutes", () => {
  let chain: SellingChain;

  beforeAll(async () => {
    chain = await SellingChain.create(db, { code: "vendor", perMinute: "0.010", increments: "60/60" }, [
      { code: "first", perMinute: "0.020", increments: "60/60" },
      { code: "second", perMinute: "0.030", increments: "60/60" },
      { code: "customer", perMinute: "0.050", increments: "60/60" },
    ]);
    await chain.importCall("k1", 90);
  });

  test("by level, as the operator sees it: .02, .02 and .04", async () => {
    expect(rowsOf(await report(chain, "level"))).toEqual([
      ": 1 calls, 0.04 - 0.02 = 0.02, 50 %",
      "first: 1 calls, 0.06 - 0.04 = 0.02, 33.3 %",
      "second: 1 calls, 0.1 - 0.06 = 0.04, 40 %",
    ]);
  });

  test("the ledger says the same: what a level's buyers were sold, less what it was sold itself", async () => {
    const revenueOf = async (code: string) => -((await chain.ledgerOf(code))["revenue EUR"] ?? 0);
    const cost = (await chain.ledgerOf("vendor"))["cost EUR"] ?? 0;
    const [first, second, customer] = [
      await revenueOf("first"),
      await revenueOf("second"),
      await revenueOf("customer"),
    ];
    expect([customer - second, second - first, first - cost].map((margin) => Math.round(margin * 1e9) / 1e9)).toEqual([
      0.04, 0.02, 0.02,
    ]);
  });

  test.each<[string | null, MarginBy, readonly string[], string]>([
    // who looks, by what, rows, why
    [null, "account", ["first: 1 calls, 0.04 - 0.02 = 0.02, 50 %"], "the operator sells to the first alone"],
    ["first", "account", ["second: 1 calls, 0.06 - 0.04 = 0.02, 33.3 %"], "and the first to the second"],
    ["second", "account", ["customer: 1 calls, 0.1 - 0.06 = 0.04, 40 %"], "and the second to the customer"],
    ["second", "destination", ["Destination 49: 1 calls, 0.1 - 0.06 = 0.04, 40 %"], "the same by destination"],
    ["second", "level", ["second: 1 calls, 0.1 - 0.06 = 0.04, 40 %"], "its own level, nobody above"],
    [
      "first",
      "level",
      ["first: 1 calls, 0.06 - 0.04 = 0.02, 33.3 %", "second: 1 calls, 0.1 - 0.06 = 0.04, 40 %"],
      "its own level and those below",
    ],
    ["customer", "account", [], "who sells nothing earns nothing, and sees nothing"],
    ["customer", "level", [], "not even a level"],
  ])("%s sees by %s %j (%s)", async (viewer, by, rows) => {
    expect(rowsOf(await report(chain, by, viewer))).toEqual(rows);
  });

  test("by day, and as CSV", async () => {
    const byDay = await report(chain, "day", "second");
    expect(byDay.rows).toMatchObject([{ calls: 1, marginPercent: "40" }]);
    expect(marginCsv(byDay)).toBe(
      `day,calls,revenue,cost,margin,margin_percent,currency\r\n${byDay.rows[0]?.key},1,0.1,0.06,0.04,40,EUR\r\n`,
    );
  });
});

test("three currencies: each level sees its margin in its own, at the rate of the day", async () => {
  const chain = await SellingChain.create(
    db,
    { code: "vendor", perMinute: "0.010", increments: "1/1", fields: { currency: USD } },
    [
      { code: "first", perMinute: "0.020", increments: "6/6", fields: { currency: USD } },
      { code: "middle", perMinute: "0.030", increments: "30/6", fields: { currency: EUR, payment: "prepaid" } },
      { code: "customer", perMinute: "0.060", increments: "60/60", fields: { currency: GBP } },
    ],
  );
  await pay(chain.operator, "1", { code: "middle" });
  await chain.importCall("k1", 97);
  await expect(report(chain, "account")).rejects.toThrow(expect.objectContaining({ code: "exchange-rate-unknown" }));
  await chain.exchangeRate(EUR, USD, "1.25");
  await chain.exchangeRate(EUR, GBP, "0.8");
  // 0.034 and 0.016166667 USD, 0.051 EUR, 0.12 GBP.
  expect(rowsOf(await report(chain, "account"))).toEqual([
    "first: 1 calls, 0.0272 - 0.012933334 = 0.014266666, 52.5 %",
  ]);
  expect(rowsOf(await report(chain, "account", "first"))).toEqual([
    "middle: 1 calls, 0.06375 - 0.034 = 0.02975, 46.7 %",
  ]);
  expect(rowsOf(await report(chain, "account", "middle"))).toEqual(["customer: 1 calls, 0.15 - 0.051 = 0.099, 66 %"]);
});
