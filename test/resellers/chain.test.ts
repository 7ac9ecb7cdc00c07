import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Currency } from "../../src/core/money/currency.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { EUR } from "../support/operator.ts";
import { pay } from "../support/prepaid-customer.ts";
import { type ChainLevel, SellingChain } from "./chain-world.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const USD = "USD" as Currency;
const GBP = "GBP" as Currency;

const VENDOR: ChainLevel = { code: "vendor", perMinute: "0.010", increments: "60/60" };
const CHAIN: readonly ChainLevel[] = [
  { code: "first", perMinute: "0.020", increments: "60/60" },
  { code: "second", perMinute: "0.030", increments: "60/60" },
  { code: "customer", perMinute: "0.050", increments: "60/60" },
];

/** 90 s in steps of a minute are two minutes at each price. */
const CHARGED = { customer: 0.1, second: 0.06, first: 0.04, vendor: 0.02 };

async function expectBooksAgree(): Promise<void> {
  const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
}

describe("three levels under the operator: 90 s at 60/60, vendor .010, first .020, second .030, customer .050", () => {
  test("a record of it in a file is charged on every level, in one journal", async () => {
    const chain = await SellingChain.create(db, VENDOR, CHAIN);
    await chain.importCall("k1", 90);
    expect(await chain.charges()).toEqual(CHARGED);
    expect(await chain.operator.figures("select count(*)::integer as n from journals")).toEqual({ n: 1 });
    await expectBooksAgree();
  });

  test("live it is held on every level at its own price, and charged the same", async () => {
    const chain = await SellingChain.create(db, VENDOR, CHAIN);
    expect(await chain.lane.decide(chain.authorise("a", { wantedS: 90 }))).toMatchObject({ kind: "granted" });
    expect(
      await chain.operator.figures("select array_agg(held::float8 order by held) as held from account_holds"),
    ).toEqual({ held: [0.04, 0.06, 0.1] });
    expect(await chain.lane.decide(chain.stop("a", 90))).toEqual({ kind: "closed", fate: "stored" });
    expect(await chain.charges()).toEqual(CHARGED);
    expect(await chain.operator.figures("select count(*)::integer as n from journals")).toEqual({ n: 1 });
    await expectBooksAgree();
  });

  test("the ledger of each level has what was sold to it and what it owes", async () => {
    const chain = await SellingChain.create(db, VENDOR, CHAIN);
    await chain.importCall("k1", 90);
    expect(await chain.ledgerOf("customer")).toEqual({ "unbilled EUR": 0.1, "revenue EUR": -0.1 });
    expect(await chain.ledgerOf("second")).toEqual({ "unbilled EUR": 0.06, "revenue EUR": -0.06 });
    expect(await chain.ledgerOf("first")).toEqual({ "unbilled EUR": 0.04, "revenue EUR": -0.04 });
    expect(await chain.ledgerOf("vendor")).toEqual({ "cost EUR": 0.02, "vendor-clearing EUR": -0.02 });
  });
});

describe("a chain of 1/1, 6/6, 30/6 and 60/60 in three currencies, whose middle level is prepaid", () => {
  const vendor: ChainLevel = { code: "vendor", perMinute: "0.010", increments: "1/1", fields: { currency: USD } };
  const levels: readonly ChainLevel[] = [
    { code: "first", perMinute: "0.020", increments: "6/6", fields: { currency: USD } },
    { code: "middle", perMinute: "0.030", increments: "30/6", fields: { currency: EUR, payment: "prepaid" } },
    { code: "customer", perMinute: "0.060", increments: "60/60", fields: { currency: GBP } },
  ];

  /** 0.06 EUR buy the middle level two minutes: 30 s and then fifteen steps of 6. */
  async function chainWith(amount: string): Promise<SellingChain> {
    const chain = await SellingChain.create(db, vendor, levels);
    await pay(chain.operator, amount, { code: "middle" });
    return chain;
  }

  test.each<[string, number, string]>([
    // paid in, talk time, why
    ["0.06", 120, "two minutes at .03 exactly"],
    ["0.059", 114, "one step of 6 s, .003, less"],
    ["0.0149", 0, "not even the first 30 s, .015"],
    ["0.015", 30, "the first 30 s"],
    ["0.0179", 30, "not the step after them"],
    ["0.018", 36, "that too"],
  ])("%s EUR of the middle level alone allow %i s (%s)", async (amount, talkS) => {
    const chain = await chainWith(amount);
    const answer = await chain.lane.decide(chain.authorise("a"));
    if (talkS === 0) expect(answer).toMatchObject({ kind: "refused", reason: { code: "balance-exhausted" } });
    else expect(answer).toMatchObject({ kind: "granted", talkS, isLast: true, limitedBy: "balance" });
  });

  test("97 s cost each level its own steps in its own currency, live and from a file alike", async () => {
    const charged = { vendor: 0.016166667, first: 0.034, middle: 0.051, customer: 0.12 };
    const live = await chainWith("1");
    await live.lane.decide(live.authorise("a"));
    expect(await live.lane.decide(live.stop("a", 97))).toEqual({ kind: "closed", fate: "stored" });
    expect(await live.charges()).toEqual(charged);
    expect(await live.ledgerOf("middle")).toEqual({
      "payments EUR": 1,
      "wallet EUR": -0.949,
      "revenue EUR": -0.051,
    });
    const imported = await chainWith("1");
    await imported.importCall("k1", 97);
    expect(await imported.charges()).toEqual(charged);
    await expectBooksAgree();
  });
});
