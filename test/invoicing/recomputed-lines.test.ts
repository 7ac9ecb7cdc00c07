import { afterAll, beforeAll, expect, test } from "vitest";
import { type Decimal, formatDecimal, parseDecimal } from "../../src/core/money/decimal.ts";
import { nanosToSql } from "../../src/core/money/nanos.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import { showInvoice } from "../../src/server/invoicing/export-invoice.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate } from "../support/operator.ts";
import { BillingOperator, callsOf, type TestCall, untied } from "./billing.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const decimal = (text: string): Decimal => parseDecimal(text) as Decimal;

/** Every way in which a price is more than a rate. */
const RATES: readonly Rate[] = [
  anyRate("43", "0.045", { connectFee: decimal("0.02") }),
  anyRate("33", "0.10", { slots: [{ fromS: 60, ratePerUnit: decimal("0.05"), unitS: 60, stepS: 1 }] }),
  anyRate("39", "0.06", { connectFee: decimal("0.01"), minimumCost: decimal("0.03") }),
  anyRate("1", "0.001", { unitS: 1, freeS: 10 }),
];

const CALLS: readonly TestCall[] = [
  { code: "fee", answered: "2026-03-02T10:00:00", talkedS: 60, called: "43123456" },
  { code: "fee", answered: "2026-03-03T10:00:00", talkedS: 180, called: "43123456" },
  { code: "fee", answered: "2026-03-02T10:00:00", talkedS: 60, called: "33123456" },
  { code: "fee", answered: "2026-03-03T10:00:00", talkedS: 120, called: "33123456" },
  { code: "fee", answered: "2026-03-02T10:00:00", talkedS: 10, called: "39123456" },
  { code: "fee", answered: "2026-03-03T10:00:00", talkedS: 60, called: "39123456" },
  { code: "fee", answered: "2026-03-02T10:00:00", talkedS: 70, called: "12125550100" },
];

async function feeOperator(): Promise<BillingOperator> {
  const billing = await BillingOperator.create(db, { carrier: { kind: "vendor" } });
  const account = await billing.operator.account("fee");
  await billing.operator.tariff("with fees", RATES, [account]);
  await billing.operator.rule(account, { match: { accountCode: "fee" } });
  await billing.import(CALLS);
  return billing;
}

/** "destination calls x seconds at rate + fees = amount", of every line of an invoice as it is stored. */
async function linesOf({ operator }: BillingOperator, number: string): Promise<string[]> {
  const { lines } = await showInvoice(db, operator.tenantId, number);
  return lines.map(
    ({ description, calls, billedS, rate, connectFees, exactAmount }) =>
      `${description}: ${calls} x ${billedS} s at ${rate} + ${connectFees} = ${exactAmount}`,
  );
}

test("a line shows a rate only where rate, minutes and fees make its amount", async () => {
  const billing = await feeOperator();
  const { billed } = await billing.bill("2026-03", "2026-04-02T08:00:00Z");
  expect(await linesOf(billing, billed[0]?.number ?? "")).toEqual([
    "Destination 1: 1 x 60 s at 0.06 + 0 = 0.06", // a unit of one second, the first ten free
    "Destination 33: 1 x 120 s at null + 0 = 0.15", // one minute at 0.10, one at 0.05
    "Destination 33: 1 x 60 s at 0.1 + 0 = 0.1",
    "Destination 39: 1 x 10 s at null + 0 = 0.03", // the least a call costs, whatever its fee
    "Destination 39: 1 x 60 s at 0.06 + 0.01 = 0.07",
    "Destination 43: 2 x 240 s at 0.045 + 0.04 = 0.22",
  ]);
});

test("the itemised bill tells the fee of each call, and takes it back with the call", async () => {
  const billing = await feeOperator();
  const fees = async (number = "") =>
    (await callsOf(billing, number))
      .filter(({ prefix }) => prefix === "43")
      .map(({ billedS, ratePerMinute, connectFee, amount }) => {
        const [rate, fee] = [ratePerMinute, connectFee].map((value) => value && formatDecimal(value));
        return `${billedS} s at ${rate} + ${fee} = ${nanosToSql(amount)}`;
      });
  const march = await billing.bill("2026-03", "2026-04-02T08:00:00Z");
  expect(await fees(march.billed[0]?.number)).toEqual([
    "60 s at 0.045 + 0.02 = 0.065",
    "180 s at 0.045 + 0.02 = 0.155",
  ]);

  await billing.correctZone("Etc/GMT+12"); // twelve hours west: the calls were answered later
  await billing.import(CALLS);
  const added = { code: "fee", answered: "2026-03-31T20:00:00", talkedS: 60, called: "43123456" };
  await billing.import([added], "late.csv");
  const april = await billing.bill("2026-04", "2026-05-02T08:00:00Z");
  const number = april.billed[0]?.number ?? "";
  expect(await linesOf(billing, number)).toEqual(["Destination 43: 1 x 60 s at 0.045 + 0.02 = 0.065"]);
  expect(await fees(number)).toContain("-60 s at 0.045 + -0.02 = -0.065");
  expect(await untied(billing)).toEqual([]);
});
