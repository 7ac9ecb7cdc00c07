import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Currency } from "../../src/core/money/currency.ts";
import { nanosFromSql, nanosToSql } from "../../src/core/money/nanos.ts";
import { readPeriod } from "../../src/server/invoicing/billing-scope.ts";
import { previewInvoices } from "../../src/server/invoicing/preview-invoice.ts";
import { runBill } from "../../src/server/invoicing/run-bill.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const COLUMNS = [
  "caller_id_number",
  "destination_number",
  "start_stamp",
  "answer_stamp",
  "end_stamp",
  "billsec",
  "uuid",
];
const MAPPING = { columns: [...COLUMNS, "accountcode"] };

/** Calls as a switch writes them: account code, time of answer (UTC), seconds, called number. */
const calls = (
  ...rows: readonly (readonly [code: string, answered: string, talkedS: number, called?: string])[]
): string =>
  rows
    .map(([code, answered, talkedS, called = "4930123456"]) => {
      const at = Temporal.PlainDateTime.from(answered);
      const stamp = (time: Temporal.PlainDateTime) => time.toString({ smallestUnit: "second" }).replace("T", " ");
      const key = `${code}-${answered}-${called}`;
      const end = at.add({ seconds: talkedS });
      return `"442079460018","${called}","${stamp(at)}","${stamp(at)}","${stamp(end)}","${talkedS}","${key}","${code}"\n`;
    })
    .join("");

const MAY = Temporal.Instant.from("2026-05-03T08:00:00Z");
const month = (text: string) => readPeriod({ month: text, from: undefined, to: undefined });

async function operatorWith(codes: readonly string[]) {
  const operator = await Operator.create(db);
  const accounts = [];
  for (const code of codes) accounts.push(await operator.account(code));
  await operator.tariff("retail", [anyRate("49", "0.06"), anyRate("", "0.1")], accounts);
  await operator.rules(accounts.map((account) => [account, { match: { accountCode: account.code } }]));
  const source = await operator.source("switch", "freeswitch-csv", { mapping: MAPPING });
  return { operator, accounts, source };
}

const bill = (operator: Operator, period: string, now = MAY) =>
  runBill(db, { tenantId: operator.tenantId, accountCodes: [], period: month(period), now, bookedBy: "test" });

const importCalls = (operator: Operator, source: Source, name: string, text: string) =>
  operator.importText(source, name, text);

describe("a bill run", () => {
  test("bills a month once; late calls are on the next invoice", async () => {
    const { operator, source } = await operatorWith(["alpha", "beta"]);
    await importCalls(
      operator,
      source,
      "1.csv",
      calls(
        ["alpha", "2026-03-02T10:00:00", 61],
        ["alpha", "2026-03-03T10:00:00", 30, "14155550123"],
        ["alpha", "2026-04-01T00:00:00", 60],
        ["beta", "2026-03-31T23:59:59", 7],
      ),
    );
    const first = await bill(operator, "2026-03");
    expect(first.parked).toEqual([]);
    expect(
      first.billed.map(({ number, invoice }) => [number, nanosToSql(invoice.total), nanosToSql(invoice.exactTotal)]),
    ).toEqual([
      ["INV-2026-00001", "0.11", "0.111"],
      ["INV-2026-00002", "0.01", "0.007"],
    ]);
    expect(await bill(operator, "2026-03")).toMatchObject({ billed: [], nothing: 2 });
  });
});
