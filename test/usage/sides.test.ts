import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Currency } from "../../src/core/money/currency.ts";
import { parseDecimal, ZERO } from "../../src/core/money/decimal.ts";
import { saveExchangeRate } from "../../src/server/rating/exchange-store.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, EUR, Operator } from "../support/operator.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const USD = "USD" as Currency;
const COLUMNS = [
  "caller_id_number",
  "destination_number",
  "start_stamp",
  "answer_stamp",
  "end_stamp",
  "duration",
  "billsec",
  "uuid",
  "accountcode",
  "sip_gateway_name",
];
const call = (key: string, to: string, seconds: number, code = "acct", gateway = "carrier") =>
  `"442079460018","${to}","2026-03-02 10:15:07","2026-03-02 10:15:10","2026-03-02 10:${String(15 + Math.floor((10 + seconds) / 60)).padStart(2, "0")}:${String((10 + seconds) % 60).padStart(2, "0")}","${seconds + 3}","${seconds}","${key}","${code}","${gateway}"\n`;
const perMinute = { increments: { firstS: 60, nextS: 60 } };

interface Side {
  readonly side: string;
  readonly code: string;
  readonly amount: number;
  readonly currency: string;
}

async function sides(operator: Operator): Promise<readonly Side[]> {
  const { rows } = await db.transaction("app", { tenantId: operator.tenantId }, (tx) =>
    tx.query<Side>(
      `select c.side, a.code, c.amount::float8, c.currency from charges c join accounts a on a.id = c.account_id order by c.entry_no`,
    ),
  );
  return rows;
}

describe("every side of a call is priced, or none", () => {
  test("vendor .010, two resellers .020 and .030, customer .050, 90 s at 60/60", async () => {
    const operator = await Operator.create(db);
    const top = await operator.account("top", { kind: "reseller" });
    const second = await operator.account("second", { kind: "reseller", parentId: top.id, bookId: top.bookId });
    const customer = await operator.account("acct", { parentId: second.id, bookId: top.bookId });
    const vendor = await operator.account("vendor", { kind: "vendor" });
    for (const [account, price] of [
      [top, "0.020"],
      [second, "0.030"],
      [customer, "0.050"],
      [vendor, "0.010"],
    ] as const)
      await operator.tariff(`of ${account.code}`, [anyRate("1", price, perMinute)], [account]);
    await operator.trunk("carrier", vendor, "egress");
    await operator.rule(customer, { match: { accountCode: "acct" } });
    const source = await operator.source("s", "freeswitch-csv", { mapping: { columns: COLUMNS } });
    const file = await operator.importText(source, "a.csv", call("k1", "14155550123", 90));
    expect(file.counts).toMatchObject({ stored: 1 });
    expect(await sides(operator)).toEqual([
      { side: "customer", code: "acct", amount: 0.1, currency: "EUR" },
      { side: "reseller", code: "second", amount: 0.06, currency: "EUR" },
      { side: "reseller", code: "top", amount: 0.04, currency: "EUR" },
      { side: "cost", code: "vendor", amount: 0.02, currency: "EUR" },
    ]);
  });

  test("a vendor without a rate keeps the whole call in quarantine", async () => {
    const operator = await Operator.create(db);
    const customer = await operator.account("acct");
    const vendor = await operator.account("vendor", { kind: "vendor" });
    await operator.tariff("sell", [anyRate("1", "0.05")], [customer]);
    await operator.tariff("buy", [anyRate("44", "0.01")], [vendor]);
    await operator.trunk("carrier", vendor, "egress");
    await operator.rule(customer, { match: { accountCode: "acct" } });
    const source = await operator.source("s", "freeswitch-csv", { mapping: { columns: COLUMNS } });
    const file = await operator.importText(
      source,
      "a.csv",
      call("k1", "14155550123", 90) + call("k2", "14155550123", 60, "acct", "other"),
    );
    expect(file.counts).toMatchObject({ stored: 1, quarantined: 1 });
    expect(await operator.figures("select code from quarantine")).toEqual({ code: "rate-missing-for-call" });
    expect(await sides(operator)).toEqual([{ side: "customer", code: "acct", amount: 0.05, currency: "EUR" }]);
  });

  test("a blocked destination is never priced by a shorter prefix", async () => {
    const operator = await Operator.create(db);
    const customer = await operator.account("acct");
    await operator.tariff(
      "sell",
      [anyRate("1", "0.05"), anyRate("1415", "0", { blocked: true, ratePerUnit: ZERO })],
      [customer],
    );
    await operator.rule(customer, { match: { accountCode: "acct" } });
    const source = await operator.source("s", "freeswitch-csv", { mapping: { columns: COLUMNS } });
    expect((await operator.importText(source, "a.csv", call("k1", "14155550123", 90))).counts).toMatchObject({
      quarantined: 1,
    });
    expect(await operator.figures("select code from quarantine")).toEqual({ code: "destination-blocked" });
  });
});

describe("currencies", () => {
  test("a tariff in USD charges a EUR account at the rate of the day of answer, and both currencies balance", async () => {
    const operator = await Operator.create(db);
    const customer = await operator.account("acct", { currency: EUR });
    await operator.tariff("usd", [anyRate("1", "0.06")], [customer], { currency: USD });
    await operator.rule(customer, { match: { accountCode: "acct" } });
    const source = await operator.source("s", "freeswitch-csv", { mapping: { columns: COLUMNS } });
    const text = call("k1", "14155550123", 90);
    expect((await operator.importText(source, "a.csv", text)).counts).toMatchObject({ quarantined: 1 });
    expect(await operator.figures("select code from quarantine")).toEqual({ code: "exchange-rate-missing" });
    const { tenantId } = operator;
    for (const [effectiveDate, rate] of [
      ["2026-03-01", "0.9"],
      ["2026-03-03", "0.8"],
    ] as const)
      await db.transaction("app", { tenantId }, (tx) =>
        saveExchangeRate(tx, tenantId, { base: USD, quote: EUR, effectiveDate, rate: parseDecimal(rate) ?? ZERO }),
      );
    expect((await operator.importText(source, "a.csv", text)).counts).toMatchObject({ stored: 1 });
    expect(
      await operator.figures(
        "select amount::float8, currency, tariff_amount::float8, tariff_currency, exchange_rate::float8 from charges",
      ),
    ).toEqual({
      amount: 0.081,
      currency: "EUR",
      tariff_amount: 0.09,
      tariff_currency: "USD",
      exchange_rate: 0.9,
    });
    const balances = await operator.figures<{ eur: number; usd: number; unbilled: number; revenue: number }>(
      `select sum(amount) filter (where currency = 'EUR')::float8 as eur,
        sum(amount) filter (where currency = 'USD')::float8 as usd,
         sum(amount) filter (where kind = 'unbilled')::float8 as unbilled,
           sum(amount) filter (where kind = 'revenue')::float8 as revenue from balances`,
    );
    expect(balances).toEqual({ eur: 0, usd: 0, unbilled: 0.081, revenue: -0.09 });
  });
});

describe("prepaid", () => {
  test("what the wallet cannot cover is overrun, and the call is priced in full", async () => {
    const operator = await Operator.create(db);
    const customer = await operator.account("acct", { payment: "prepaid" });
    await operator.tariff("sell", [anyRate("1", "0.06")], [customer]);
    await operator.rule(customer, { match: { accountCode: "acct" } });
    const source = await operator.source("s", "freeswitch-csv", { mapping: { columns: COLUMNS } });
    await operator.importText(source, "a.csv", call("k1", "14155550123", 90));
    expect(
      await operator.figures(
        "select sum(amount) filter (where kind = 'overrun')::float8 as overrun, sum(amount)::float8 as balance from balances",
      ),
    ).toEqual({
      overrun: 0.09,
      balance: 0,
    });
  });
});
