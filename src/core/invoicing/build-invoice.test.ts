import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { postUsage } from "../ledger/post-usage.ts";
import type { Posting } from "../ledger/posting.ts";
import { type Currency, currencyDigits, parseCurrency } from "../money/currency.ts";
import { parseDecimal } from "../money/decimal.ts";
import { NO_NANOS, nanos, nanosFromSql, nanosToSql } from "../money/nanos.ts";
import type { AdjustmentItem, BillableItem, UsageItem } from "./billable-item.ts";
import { type BillingPeriod, parseMonth } from "./billing-period.ts";
import { buildInvoice, type InvoiceInput } from "./build-invoice.ts";
import type { Invoice } from "./invoice.ts";
import { postInvoice } from "./post-invoice.ts";
import { INVOICE_ROUNDING_DEFAULT } from "./round-lines.ts";

const EUR = parseCurrency("EUR") as Currency;
const FEBRUARY = parseMonth("2026-02") as BillingPeriod;
const MARCH = parseMonth("2026-03") as BillingPeriod;

const usage = (destination: string, exactAmount: string, rest: Partial<UsageItem> = {}): UsageItem => ({
  kind: "usage",
  period: MARCH,
  destination,
  ratePerMinute: parseDecimal("0.05") ?? null,
  calls: 10,
  billedS: 600,
  connectFees: NO_NANOS,
  exactAmount: nanosFromSql(exactAmount),
  ...rest,
});

const goodwill: AdjustmentItem = {
  kind: "adjustment",
  adjustmentId: "a-1",
  description: "Goodwill",
  exactAmount: nanosFromSql("-1"),
};

const build = (should: readonly BillableItem[], rest: Partial<InvoiceInput> = {}): Invoice | null =>
  buildInvoice({
    bookId: "book",
    accountId: "ada",
    currency: EUR,
    timeZone: "Europe/Berlin",
    period: MARCH,
    should,
    billed: [],
    payment: { kind: "postpaid", termDays: 14 },
    rounding: INVOICE_ROUNDING_DEFAULT,
    roundingCarried: nanos(0n),
    now: Temporal.Instant.from("2026-03-31T22:30:00Z"),
    ...rest,
  });

/** Lines as a reader sees them. */
const shown = (invoice: Invoice | null): string[] =>
  (invoice?.lines ?? []).map((line) => {
    const amount = nanosToSql(line.amount);
    if (line.kind === "adjustment") return `${line.description} ${amount}`;
    return `${line.previousPeriod ? "previous: " : ""}${line.destination} ${line.calls} ${line.billedS} s ${amount}`;
  });

describe("an invoice", () => {
  test("lists usage by destination and rate, and is dated in the account's zone", () => {
    const invoice = build([
      usage("Germany Mobile", "12.345"),
      usage("Austria", "0.5"),
      usage("Germany Mobile", "1.005", { ratePerMinute: parseDecimal("0.10") ?? null, calls: 1, billedS: 60 }),
    ]);
    expect(shown(invoice)).toEqual([
      "Austria 10 600 s 0.5",
      "Germany Mobile 10 600 s 12.35",
      "Germany Mobile 1 60 s 1",
    ]);
    expect(invoice).toMatchObject({ kind: "invoice", total: nanosFromSql("13.85"), rounding: 0n, due: invoice?.total });
    expect(String(invoice?.issueDate)).toBe("2026-04-01"); // 22:30 UTC is past midnight in Berlin
    expect(String(invoice?.dueDate)).toBe("2026-04-15");
  });

  test("adds up usage that came in several pieces", () => {
    expect(shown(build([usage("Austria", "0.5"), usage("Austria", "0.25")]))).toEqual(["Austria 20 1200 s 0.75"]);
  });

  test("shows free calls", () => {
    expect(shown(build([usage("Emergency", "0")]))).toEqual(["Emergency 10 600 s 0"]);
  });

  test("bills only what earlier invoices did not", () => {
    const billed = [usage("Austria", "0.5")];
    expect(shown(build([usage("Austria", "0.75", { calls: 12, billedS: 700 })], { billed }))).toEqual([
      "Austria 2 100 s 0.25",
    ]);
    expect(build(billed, { billed })).toBeNull();
  });

  test("rounds once: T11, 55 units at .067 are 3.69, and when 3.69 is billed there is nothing more", () => {
    const units = usage("Austria", "3.685", { calls: 55 });
    expect(shown(build([units]))).toEqual(["Austria 55 600 s 3.69"]);
    expect(build([units], { billed: [units] })).toBeNull();
  });

  test("keeps what an allowance covered apart, and takes it back as such", () => {
    const covered = usage("Austria", "0.25", { covered: { by: "Free", seconds: 300 } });
    const both = build([usage("Austria", "0.5"), covered]);
    expect(both?.lines.map((line) => line.kind === "usage" && line.covered)).toEqual([undefined, covered.covered]);
    const [back] = build([], { billed: [covered] })?.lines ?? [];
    expect(back).toMatchObject({ calls: -10, covered: { by: "Free", seconds: -300 } });
  });

  test("lists late calls and corrections of earlier periods as such", () => {
    const february = { period: FEBRUARY };
    const invoice = build(
      [usage("Austria", "2", { ...february, ratePerMinute: parseDecimal("0.2") ?? null }), usage("Austria", "3")],
      { billed: [usage("Austria", "1", { ...february, ratePerMinute: parseDecimal("0.1") ?? null })] },
    );
    expect(shown(invoice)).toEqual([
      "previous: Austria -10 -600 s -1",
      "previous: Austria 10 600 s 2",
      "Austria 10 600 s 3",
    ]);
    expect(invoice?.total).toBe(nanosFromSql("4"));
  });

  test("that gives money back is a credit note", () => {
    const invoice = build([], { billed: [usage("Austria", "2")] });
    expect(invoice).toMatchObject({ kind: "credit-note", total: nanosFromSql("-2"), due: nanosFromSql("-2") });
  });

  test("carries adjustments after the usage", () => {
    expect(shown(build([goodwill, usage("Austria", "2")]))).toEqual(["Austria 10 600 s 2", "Goodwill -1"]);
  });
});

describe("a prepaid statement", () => {
  const prepaid = (overrun: string) => ({ payment: { kind: "prepaid", overrun: nanosFromSql(overrun) } }) as const;

  test.each<[string, string, string, string, string, string]>([
    // exact   overrun  total   paid   due     why
    ["12.345", "0", "12.35", "12.35", "0", "the wallet paid for all of it"],
    ["12.345", "2.004", "12.35", "10.35", "2", "overrun is collected, rounded like any amount"],
    ["12.345", "99", "12.35", "0", "12.35", "never more than the usage it lists"],
    ["-2", "5", "-2", "-2", "0", "money back went to the wallet; nothing is collected"],
  ])("of %s with overrun %s", (exact, overrun, total, paid, due) => {
    const statement = build([usage("Austria", exact)], prepaid(overrun));
    expect(statement?.kind).toBe("statement");
    expect(
      [statement?.total, statement?.paid, statement?.due].map((amount) => nanosToSql(amount ?? nanos(0n))),
    ).toEqual([total, paid, due]);
  });

  test("posts nothing when the wallet paid, and only the overrun when it did not", () => {
    const paid = build([usage("Austria", "12.345")], prepaid("0")) as Invoice;
    expect(postInvoice(paid, "S-1", null)).toBeNull();
    const short = build([usage("Austria", "12.345")], prepaid("2.004")) as Invoice;
    expect(
      postInvoice(short, "S-2", null)?.postings.map(({ account, amount }) => [account.kind, nanosToSql(amount)]),
    ).toEqual([
      ["receivable", "2"],
      ["overrun", "-2.004"],
      ["rounding", "0.004"],
    ]);
  });
});

const anyItem = fc
  .record({
    destination: fc.constantFrom("Austria", "Brazil Mobile", "日本"),
    period: fc.constantFrom(FEBRUARY, MARCH),
    ratePerMinute: fc.constantFrom(null, parseDecimal("0.05") ?? null, parseDecimal("0.1") ?? null),
    calls: fc.nat(1_000),
    billedS: fc.nat(100_000),
    connectFees: fc.bigInt({ min: 0n, max: 10n ** 12n }).map(nanos),
    exactAmount: fc.bigInt({ min: -(10n ** 13n), max: 10n ** 13n }).map(nanos),
  })
  .map((item): UsageItem => ({ kind: "usage", ...item }));
const anyItems = fc.array(anyItem, { maxLength: 30 });
const anyCurrency = fc.constantFrom(...["JPY", "EUR", "KWD", "CLF"].map((code) => parseCurrency(code) as Currency));
const anyRounding = fc.record({
  per: fc.constantFrom("total" as const, "line" as const),
  mode: fc.constantFrom("half-up" as const, "half-even" as const, "up" as const, "down" as const),
});

describe("laws", () => {
  test("billing twice bills nothing the second time", () => {
    fc.assert(
      fc.property(anyItems, anyItems, anyCurrency, (should, billed, currency) => {
        const first = build(should, { billed, currency });
        expect(build(should, { billed: [...billed, ...(first?.lines ?? [])], currency })).toBeNull();
      }),
    );
  });

  test("two invoices on the way bill exactly what one at the end would", () => {
    fc.assert(
      fc.property(anyItems, anyItems, (early, late) => {
        const first = build(early);
        const second = build([...early, ...late], { billed: first?.lines ?? [] });
        const once = build([...early, ...late]);
        expect((first?.exactTotal ?? 0n) + (second?.exactTotal ?? 0n)).toBe(once?.exactTotal ?? 0n);
      }),
    );
  });

  test("the order of the items is irrelevant", () => {
    fc.assert(
      fc.property(anyItems, anyItems, (should, billed) => {
        expect(build(should.toReversed(), { billed: billed.toReversed() })).toEqual(build(should, { billed }));
      }),
    );
  });

  test("total = sum of the lines = paid + due, in the currency's digits, and the rounding is the rest", () => {
    fc.assert(
      fc.property(anyItems, anyCurrency, anyRounding, fc.bigInt({ min: 0n, max: 10n ** 13n }), (...args) => {
        const [should, currency, rounding, overrun] = args;
        for (const payment of [
          { kind: "postpaid", termDays: 30 },
          { kind: "prepaid", overrun: nanos(overrun) },
        ] as const) {
          const invoice = build(should, { currency, rounding, payment });
          if (invoice === null) continue;
          expect(invoice.lines.reduce((sum, { amount }) => sum + amount, 0n)).toBe(invoice.total);
          expect(invoice.paid + invoice.due).toBe(invoice.total);
          expect(invoice.total % 10n ** BigInt(9 - currencyDigits(currency))).toBe(0n);
          expect(invoice.total + invoice.rounding).toBe(invoice.exactTotal);
        }
      }),
    );
  });

  test("ledger = invoiced + unbilled + rounding, to the nano, after every invoice", () => {
    const anyMonth = fc.record({ items: anyItems, carry: fc.boolean() });
    fc.assert(
      fc.property(fc.array(anyMonth, { maxLength: 6 }), anyCurrency, anyRounding, (months, currency, rounding) => {
        const postings: Posting[] = [];
        const balance = (kind: string) =>
          postings.reduce((sum, { account, amount }) => (account.kind === kind ? sum + amount : sum), 0n);
        const should: BillableItem[] = [];
        const billed: BillableItem[] = [];
        let invoiced = 0n;
        for (const [index, { items, carry }] of months.entries()) {
          postings.push(...posted(items, index, currency));
          should.push(...items);
          const roundingCarried = nanos(carry ? balance("rounding") : 0n);
          const invoice = build(should, { billed, currency, rounding, roundingCarried });
          if (invoice !== null) {
            postings.push(...(postInvoice(invoice, `INV-${index}`, null)?.postings ?? []));
            billed.push(...invoice.lines);
            invoiced += invoice.total;
          }
          expect(balance("unbilled")).toBe(0n);
          expect(balance("receivable")).toBe(invoiced);
          expect(-balance("revenue")).toBe(invoiced + balance("unbilled") + balance("rounding"));
        }
      }),
    );
  });
});

/** The postings of a batch that holds these items' calls. */
function posted(items: readonly UsageItem[], batch: number, currency: Currency): readonly Posting[] {
  const amount = nanos(items.reduce((sum, { exactAmount }) => sum + exactAmount, 0n));
  const total = {
    side: "sale",
    accountId: "ada",
    amount,
    currency,
    converted: [],
    payment: { kind: "postpaid" },
  } as const;
  const journal = postUsage({
    bookId: "book",
    batchId: String(batch),
    effectiveDate: MARCH.startDate,
    totals: [total],
  });
  return journal.postings;
}
