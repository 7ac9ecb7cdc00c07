import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adjust } from "../../src/core/ledger/adjust.ts";
import { reverse } from "../../src/core/ledger/reverse.ts";
import type { Currency } from "../../src/core/money/currency.ts";
import { nanos, nanosFromSql, nanosToSql } from "../../src/core/money/nanos.ts";
import { readPeriod } from "../../src/server/invoicing/billing-scope.ts";
import { previewInvoices } from "../../src/server/invoicing/preview-invoice.ts";
import type { BillReport } from "../../src/server/invoicing/run-bill.ts";
import { lockBooks, postJournal } from "../../src/server/ledger/post-journals.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate } from "../support/operator.ts";
import { BillingOperator, callsOf, summary, type TestCall, untied } from "./billing.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const APRIL = "2026-04-02T08:00:00Z";
const MAY = "2026-05-02T08:00:00Z";
const CALLS: readonly TestCall[] = [
  { code: "alpha", answered: "2026-03-02T10:00:00", talkedS: 61 },
  { code: "alpha", answered: "2026-03-03T10:00:00", talkedS: 30, called: "14155550123" },
  { code: "alpha", answered: "2026-03-31T23:59:59", talkedS: 600 },
  { code: "alpha", answered: "2026-04-01T00:00:00", talkedS: 60 },
  { code: "beta", answered: "2026-03-31T12:00:00", talkedS: 7 },
];

/** The lines of the first invoice of a run. */
const linesOf = ({ billed }: BillReport): string[] =>
  (billed[0]?.invoice.lines ?? []).map((line) => {
    if (line.kind === "adjustment") return `${line.description}: ${nanosToSql(line.exactAmount)}`;
    const { period, calls, billedS, exactAmount, previousPeriod } = line;
    const when = previousPeriod ? `late ${period.startDate}` : `${period.startDate}`;
    return `${when} ${line.destination}: ${calls} calls, ${billedS} s, ${nanosToSql(exactAmount)}`;
  });

/** The itemised bill of every invoice adds up to it: in money, calls and seconds. */
async function expectItemised(operator: BillingOperator, report: BillReport): Promise<void> {
  for (const { number, invoice } of report.billed) {
    const calls = await callsOf(operator, number);
    const usage = invoice.lines.filter((line) => line.kind === "usage");
    expect(calls.reduce((sum, { amount }) => sum + amount, 0n)).toBe(
      usage.reduce((sum, { exactAmount }) => sum + exactAmount, 0n),
    );
    expect(calls.reduce((sum, { billedS }) => sum + billedS, 0)).toBe(
      usage.reduce((sum, { billedS }) => sum + billedS, 0),
    );
    expect(calls.filter(({ talkedS }) => talkedS > 0).length - calls.filter(({ talkedS }) => talkedS < 0).length).toBe(
      usage.reduce((sum, line) => sum + line.calls, 0),
    );
  }
}

describe("a bill run", () => {
  test("bills a period once, each account by itself, in the currency's digits", async () => {
    const operator = await BillingOperator.create(db, { alpha: {}, beta: {}, carrier: { kind: "vendor" } });
    await operator.import(CALLS);
    const march = await operator.bill("2026-03", APRIL);
    expect(summary(march)).toEqual([
      "INV-2026-00001 alpha invoice 0.71 of 0.711",
      "INV-2026-00002 beta invoice 0.01 of 0.007",
    ]);
    expect(march).toMatchObject({ nothing: 1, parked: [] });
    expect(linesOf(march)).toEqual([
      "2026-03-01 Destination : 1 calls, 30 s, 0.05",
      "2026-03-01 Destination 49: 2 calls, 661 s, 0.661",
    ]);
    expect(await operator.bill("2026-03", APRIL)).toMatchObject({ billed: [], nothing: 3, parked: [] });
    expect(summary(await operator.bill("2026-04", MAY))).toEqual(["INV-2026-00003 alpha invoice 0.06 of 0.06"]);
    expect(await untied(operator)).toEqual([]);
    await expectItemised(operator, march);
  });

  test("late calls and corrections are on the next invoice, under the months of their answer", async () => {
    const operator = await BillingOperator.create(db, { alpha: {}, beta: {} });
    await operator.import(CALLS);
    await operator.bill("2026-03", APRIL);
    await operator.import([{ code: "alpha", answered: "2026-02-10T09:00:00", talkedS: 120 }], "late.csv");
    await operator.correctZone("Etc/GMT-2"); // what the switch wrote as 00:00 on 1 April was 22:00 on 31 March
    await operator.import(CALLS);
    const april = await operator.bill("2026-04", MAY);
    expect(linesOf(april)).toEqual([
      "late 2026-02-01 Destination 49: 1 calls, 120 s, 0.12",
      "late 2026-03-01 Destination 49: 1 calls, 60 s, 0.06",
    ]);
    expect(await untied(operator)).toEqual([]);
    await expectItemised(operator, april);
    const calls = await callsOf(operator, april.billed[0]?.number ?? "");
    expect(calls.filter(({ billedS }) => billedS < 0)).toHaveLength(3); // the March calls as billed before
    expect(await operator.bill("2026-04", MAY)).toMatchObject({ billed: [], nothing: 2 });
  });

  test("an earlier period than the last billed one is never billed again", async () => {
    const operator = await BillingOperator.create(db, { alpha: {}, beta: {} });
    await operator.import(CALLS);
    expect(summary(await operator.bill("2026-04", MAY))).toHaveLength(2); // March, too, as a previous period
    await operator.import([{ code: "alpha", answered: "2026-03-10T09:00:00", talkedS: 60 }], "late.csv");
    expect(await operator.bill("2026-03", MAY)).toMatchObject({ billed: [], nothing: 2 });
    expect(linesOf(await operator.bill("2026-04", MAY))).toEqual([
      "late 2026-03-01 Destination 49: 1 calls, 60 s, 0.06",
    ]);
    expect(await untied(operator)).toEqual([]);
  });

  test("periods begin and end on the account's own clock", async () => {
    const zones = { newyork: { timeZone: "America/New_York" }, kolkata: { timeZone: "+05:30" } };
    const operator = await BillingOperator.create(db, zones);
    await operator.import([
      { code: "newyork", answered: "2026-03-01T04:59:59", talkedS: 1 }, // 28 February 23:59:59
      { code: "newyork", answered: "2026-04-01T03:59:59", talkedS: 2 }, // 31 March 23:59:59, in summer time
      { code: "newyork", answered: "2026-04-01T04:00:00", talkedS: 4 },
      { code: "kolkata", answered: "2026-02-28T18:29:59", talkedS: 8 }, // 28 February 23:59:59
      { code: "kolkata", answered: "2026-03-31T18:29:59", talkedS: 16 },
      { code: "kolkata", answered: "2026-03-31T18:30:00", talkedS: 32 },
    ]);
    const march = await operator.bill("2026-03", APRIL);
    expect(march.billed.map(({ account, invoice }) => [account.code, nanosToSql(invoice.exactTotal)])).toEqual([
      ["kolkata", "0.024"],
      ["newyork", "0.003"],
    ]);
    expect(linesOf(march)).toEqual([
      "late 2026-02-01 Destination 49: 1 calls, 8 s, 0.008",
      "2026-03-01 Destination 49: 1 calls, 16 s, 0.016",
    ]);
  });

  test("a period that is not over: anywhere, in some zones, in a preview", async () => {
    const operator = await BillingOperator.create(db, { alpha: {}, honolulu: { timeZone: "Pacific/Honolulu" } });
    await operator.import([CALLS[0] as TestCall]);
    await expect(operator.bill("2026-03", "2026-03-31T23:59:59Z")).rejects.toMatchObject({ code: "period-not-over" });
    const early = await operator.bill("2026-03", "2026-04-01T00:00:00Z");
    expect(summary(early)).toHaveLength(1);
    expect(early.parked).toMatchObject([{ account: { code: "honolulu" }, what: expect.stringContaining("-10:00") }]);
    const { tenantId } = operator.operator;
    const period = readPeriod({ month: undefined, from: "2026-04-01", to: "2026-04-16" });
    await operator.import([{ code: "alpha", answered: "2026-04-01T00:00:10", talkedS: 60 }], "april.csv");
    const scope = { tenantId, accountCodes: ["alpha"], period, now: Temporal.Instant.from("2026-04-02T00:00:00Z") };
    expect(await previewInvoices(db, { ...scope, openPeriods: true })).toMatchObject([
      { kind: "invoice", invoice: { total: 60_000_000n } },
    ]);
  });

  test("without a period it bills the latest month that is over for each account", async () => {
    const operator = await BillingOperator.create(db, { alpha: {}, beta: { timeZone: "Pacific/Honolulu" } });
    await operator.import(CALLS);
    const report = await operator.bill(null, "2026-04-01T05:00:00Z");
    expect(summary(report)).toEqual(["INV-2026-00001 alpha invoice 0.71 of 0.711"]); // beta's is February
  });

  test("an account with a broken letterhead is parked, and everybody else gets an invoice", async () => {
    const operator = await BillingOperator.create(db, { alpha: { letterhead: { locale: "no such" } }, beta: {} });
    await operator.import(CALLS);
    const report = await operator.bill("2026-03", APRIL);
    expect(summary(report)).toEqual(["INV-2026-00001 beta invoice 0.01 of 0.007"]);
    expect(report.parked).toMatchObject([{ account: { code: "alpha" }, what: expect.stringContaining("no such") }]);
  });

  test("an account whose invoice cannot be stored is parked alone, whatever book it is in", async () => {
    const operator = await BillingOperator.create(db, { top: { kind: "reseller" }, other: {} });
    const [top] = operator.accounts;
    if (!top) throw new Error("there is a reseller");
    const book = { parentId: top.id, bookId: top.bookId };
    const beta = await operator.operator.account("beta", book);
    const letterhead = { billing: { numbers: "top-{year}-0000{number}" } }; // makes a number that is taken
    const zeta = await operator.operator.account("zeta", { ...book, letterhead });
    await operator.operator.tariff("resold", [anyRate("", "0.2")], [beta, zeta]);
    for (const account of [beta, zeta])
      await operator.operator.rule(account, { match: { accountCode: account.code }, priority: 1 });
    const answered = "2026-03-14T10:00:00";
    await operator.import(["beta", "other", "zeta"].map((code) => ({ code, answered, talkedS: 60 })));
    const report = await operator.bill("2026-03", APRIL);
    expect(summary(report)).toEqual([
      "top-2026-00001 beta invoice 0.2 of 0.2",
      "INV-2026-00001 top invoice 0.12 of 0.12",
      "INV-2026-00002 other invoice 0.06 of 0.06",
    ]);
    expect(report.parked).toMatchObject([{ account: { code: "zeta" } }]);
    expect(await untied(operator)).toEqual([]);
  });

  test("runs at once make each invoice once, and numbers without gaps", async () => {
    const codes = Array.from({ length: 8 }, (_, index) => `c${index}`);
    const operator = await BillingOperator.create(db, Object.fromEntries(codes.map((code) => [code, {}])));
    await operator.import(codes.map((code) => ({ code, answered: "2026-03-10T09:00:00", talkedS: 60 })));
    const reports = await Promise.all([1, 2, 3].map(() => operator.bill("2026-03", APRIL)));
    const numbers = reports.flatMap(({ billed }) => billed.map(({ number }) => number)).sort();
    expect(numbers).toEqual(codes.map((_, index) => `INV-2026-0000${index + 1}`));
    expect(await untied(operator)).toEqual([]);
  });
});

describe("kinds of accounts", () => {
  test("currencies without decimals and with three, priced in another currency", async () => {
    const operator = await BillingOperator.create(db, {
      yen: { currency: "JPY" as Currency },
      dinar: { currency: "KWD" as Currency },
    });
    await operator.import([
      { code: "yen", answered: "2026-03-14T10:00:00", talkedS: 61 },
      { code: "yen", answered: "2026-03-15T10:00:00", talkedS: 61 },
      { code: "dinar", answered: "2026-03-14T10:00:00", talkedS: 61 },
    ]);
    const report = await operator.bill("2026-03", APRIL);
    expect(summary(report)).toEqual([
      "INV-2026-00001 dinar invoice 0.02 of 0.020333313",
      "INV-2026-00002 yen invoice 20 of 19.78718",
    ]);
    expect(await untied(operator)).toEqual([]);
    await expectItemised(operator, report);
  });

  test("a reseller buys, and gets an invoice as its customers do, of one book", async () => {
    const operator = await BillingOperator.create(db, { top: { kind: "reseller" } });
    const [top] = operator.accounts;
    if (!top) throw new Error("there is a reseller");
    const customer = await operator.operator.account("alpha", { parentId: top.id, bookId: top.bookId });
    await operator.operator.tariff("resold", [anyRate("", "0.2")], [customer]);
    await operator.operator.rule(customer, { match: { accountCode: "alpha" }, priority: 1 });
    await operator.import([{ code: "alpha", answered: "2026-03-14T10:00:00", talkedS: 60 }]);
    const report = await operator.bill("2026-03", APRIL);
    expect(summary(report)).toEqual([
      "top-2026-00001 alpha invoice 0.2 of 0.2",
      "INV-2026-00001 top invoice 0.06 of 0.06",
    ]);
    expect(await untied(operator)).toEqual([]);
  });

  test.each([
    [false, "0", "0.661"],
    [true, "0.66", "0"],
  ])("a prepaid account gets a statement; overrun is collected: %s", async (collectOverrun, due, left) => {
    const letterhead = { billing: { collectOverrun } };
    const operator = await BillingOperator.create(db, { alpha: { payment: "prepaid", letterhead }, beta: {} });
    await operator.import(CALLS.filter(({ called }) => called === undefined));
    const report = await operator.bill("2026-03", APRIL, ["alpha"]);
    expect(report.billed).toMatchObject([{ invoice: { kind: "statement", due: nanosFromSql(due) } }]);
    const balances = await operator.operator.figures<{ overrun: string }>(
      "select trim_scale(sum(amount)) as overrun from balances where kind = 'overrun'",
    );
    // April's call of 0.06 is overrun as well, and stays.
    expect(balances.overrun).toBe(collectOverrun ? "0.06" : nanosToSql(nanosFromSql("0.721")));
    expect(left).toBeDefined();
    expect(await untied(operator)).toEqual([]);
  });

  test("an adjustment is on the next invoice, and its reversal on the one after", async () => {
    const operator = await BillingOperator.create(db, { alpha: {} });
    const [alpha] = operator.accounts;
    if (!alpha) throw new Error("there is an account");
    const effectiveDate = Temporal.PlainDate.from("2026-03-20");
    const owner = { bookId: alpha.bookId, ownerId: alpha.id, currency: alpha.currency };
    const amount = nanosFromSql("-1.234567891");
    const journal = adjust({ owner, adjustmentId: "a1", effectiveDate, amount, wallet: null });
    if (journal === null) throw new Error("an adjustment moves money");
    const post = (posted: typeof journal) =>
      db.transaction("app", { tenantId: alpha.tenantId }, async (tx) =>
        postJournal(tx, await lockBooks(tx, [alpha.bookId]), {
          journal: posted,
          batchId: null,
          firstAnsweredAt: null,
          memo: "Goodwill",
          bookedBy: "test",
        }),
      );
    await post(journal);
    const march = await operator.bill("2026-03", APRIL);
    expect(summary(march)).toEqual(["INV-2026-00001 alpha credit-note -1.23 of -1.234567891"]);
    expect(linesOf(march)).toEqual(["Goodwill: -1.234567891"]);
    await post(reverse(journal, effectiveDate));
    expect(linesOf(await operator.bill("2026-04", MAY))).toEqual(["Goodwill: 1.234567891"]);
  });
});

test("ledger = invoiced + unbilled + rounding, whatever is imported, corrected and billed", async () => {
  const anyCall = fc.record({
    code: fc.constantFrom("alpha", "yen", "wallet"),
    answered: fc.integer({ min: 0, max: 5_000 }).map((halfHours) =>
      Temporal.PlainDateTime.from("2026-01-20T00:00:00")
        .add({ minutes: halfHours * 30 })
        .toString({ smallestUnit: "second" }),
    ),
    talkedS: fc.integer({ min: 1, max: 5_000 }),
    called: fc.constantFrom("4930123456", "14155550123", "33123456789"),
  });
  const anyStep = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("import" as const), calls: fc.array(anyCall, { maxLength: 12 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("again" as const), zone: fc.constantFrom("UTC", "Asia/Tokyo") }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("bill" as const), month: fc.integer({ min: 1, max: 4 }) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 12 }), async (steps) => {
      const operator = await BillingOperator.create(db, {
        alpha: {},
        yen: { currency: "JPY" as Currency, timeZone: "Asia/Tokyo" },
        wallet: { payment: "prepaid", letterhead: { billing: { collectOverrun: true } } },
        carrier: { kind: "vendor" },
      });
      const files: (readonly TestCall[])[] = [];
      let billed = 0n;
      const bill = async (month: number) => {
        const report = await operator.bill(`2026-0${month}`, "2026-06-02T00:00:00Z");
        expect(report.parked).toEqual([]);
        await expectItemised(operator, report);
        billed += report.billed.reduce((sum, { invoice }) => sum + invoice.exactTotal, 0n);
        expect(await untied(operator)).toEqual([]);
      };
      for (const step of steps) {
        if (step.kind === "bill") await bill(step.month);
        if (step.kind === "again") await operator.correctZone(step.zone);
        if (step.kind === "import")
          files.push(
            step.calls.filter(
              (call, index, all) =>
                all.findIndex(
                  (other) =>
                    other.code === call.code && other.answered === call.answered && other.called === call.called,
                ) === index,
            ),
          );
        for (const [index, calls] of files.entries())
          if (calls.length > 0) await operator.import(calls, `${index}.csv`);
      }
      await bill(5);
      const { charged } = await operator.operator.figures<{ charged: string }>(
        "select coalesce(sum(amount), 0) as charged from charges where side <> 'cost'",
      );
      expect(nanosToSql(nanosFromSql(charged))).toBe(nanosToSql(nanos(billed))); // all of it, once
    }),
    { numRuns: 12, seed: 20260301 },
  );
});
