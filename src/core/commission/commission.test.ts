import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDecimal } from "../money/decimal.ts";
import { type Nanos, NO_NANOS, nanos, nanosFromSql, nanosToSql } from "../money/nanos.ts";
import { commissionDue, type SoldInvoice, type SoldPart } from "./commission-due.ts";
import { type BookedCommission, commissionEntries } from "./commission-entry.ts";
import { type CommissionRule, type CommissionStep, ruleFor } from "./commission-rule.ts";

const day = (text: string) => Temporal.PlainDate.from(text);
const step = (percent: string, rest: Partial<CommissionStep> = {}): CommissionStep => ({
  percent: parseDecimal(percent)!,
  from: null,
  afterMonths: 0,
  ...rest,
});
const rule = (name: string, rest: Partial<CommissionRule> = {}): CommissionRule => ({
  ...{ name, of: "revenue", on: "invoiced", service: null, groups: [], steps: [step("10")] },
  ...rest,
});
const germany = { name: "Germany", prefixes: ["49"], except: ["4915"], destinations: [] };
const part = (revenue: string, rest: Partial<SoldPart> = {}): SoldPart => ({
  ...{ day: day("2026-03-10"), service: "voice", prefix: "49", destination: "Germany" },
  ...{ revenue: nanosFromSql(revenue), cost: NO_NANOS },
  ...rest,
});
const invoice = (parts: readonly SoldPart[], rest: Partial<SoldInvoice> = {}): SoldInvoice => ({
  ...{ customerSince: day("2025-01-15"), total: nanosFromSql("100"), paid: NO_NANOS, parts },
  ...rest,
});

const STEPS = [
  step("10"),
  step("5", { afterMonths: 12 }),
  step("4", { from: day("2026-07-01"), afterMonths: 12 }),
  step("0", { afterMonths: 24 }),
];

test.each<[string, string, string]>([
  // day of the call, percent, why
  ["2025-01-15", "10", "the day on which the customer came"],
  ["2026-01-14", "10", "the last day of the first year"],
  ["2026-01-15", "5", "the first day of the second"],
  ["2026-06-30", "5", "before the change"],
  ["2026-07-01", "4", "the change"],
  ["2027-01-15", "0", "after two years nothing"],
])("on %s the share is %s per cent (%s)", (date, percent) => {
  const found = ruleFor([rule("all", { steps: STEPS })], part("1", { day: day(date) }), day("2025-01-15"));
  expect(found?.percent).toEqual(parseDecimal(percent));
});

test.each<[Partial<SoldPart>, string | undefined, string]>([
  [{ prefix: "4930" }, "german", "by the prefix that the call was rated at"],
  [{ prefix: "49151", destination: "Germany mobile" }, "voice", "the longer exception"],
  [{ prefix: "4" }, "voice", "rated at a shorter prefix than the group's"],
  [{ service: "sms", prefix: "4930" }, "german", "a rule without a service is for all of them"],
  [{ service: "sms", prefix: "33" }, undefined, "no rule"],
])("%j meets %s (%s)", (place, name) => {
  const rules = [rule("german", { groups: [germany] }), rule("voice", { service: "voice" })];
  expect(ruleFor(rules, part("1", place), day("2025-01-15"))?.rule.name).toBe(name);
});

describe("what should be", () => {
  test("a share of revenue and one of margin, summed before the percentage is taken", () => {
    const rules = [
      rule("german", { groups: [germany], of: "margin", steps: [step("12.5")] }),
      rule("rest", { steps: [step("3")] }),
    ];
    const parts = [
      part("0.1", { cost: nanosFromSql("0.02") }),
      part("0.000000003", { cost: nanosFromSql("0.000000001") }),
      part("1", { prefix: "33" }),
    ];
    const due = commissionDue(rules, invoice(parts));
    expect(due.map((one) => ({ ...one, base: nanosToSql(one.base), amount: nanosToSql(one.amount) }))).toMatchObject([
      { rule: "german", percent: "12.5", base: "0.080000002", amount: "0.01" },
      { rule: "rest", percent: "3", base: "1", amount: "0.03" },
    ]);
  });

  test.each<[string, string, string, string]>([
    // total, paid, share of 10 per cent of 100, why
    ["100", "0", "0", "nothing is paid"],
    ["100", "25", "2.5", "a quarter"],
    ["3", "1", "3.333333333", "a third, rounded once"],
    ["100", "120", "10", "paid too much"],
    ["100", "-5", "0", "more went back than came"],
    ["0", "0", "10", "nothing was to be paid"],
    ["-100", "0", "10", "a credit note counts at once"],
  ])("of %s are %s collected: %s (%s)", (total, paid, amount) => {
    const sold = invoice([part("100")], { total: nanosFromSql(total), paid: nanosFromSql(paid) });
    const [due] = commissionDue([rule("all", { on: "collected" })], sold);
    expect(nanosToSql(due?.amount ?? NO_NANOS)).toBe(amount);
  });
});

const due = (amount: string, rest: Partial<BookedCommission> = {}): BookedCommission => ({
  ...{ rule: "all", of: "revenue", percent: "10", base: nanosFromSql("100"), counted: nanosFromSql("100") },
  amount: nanosFromSql(amount),
  ...rest,
});
const half = nanosFromSql("50");

test.each<[string, readonly BookedCommission[], readonly BookedCommission[], readonly string[]]>([
  // why, what should be, what is booked, entries
  ["an invoice", [due("10")], [], ["earned 10"]],
  ["again", [due("10")], [due("10")], []],
  ["a credit note", [due("-10", { base: nanosFromSql("-100") })], [], ["clawback -10"]],
  ["the rest was paid", [due("10")], [due("5", { counted: half })], ["earned 5"]],
  ["half of it went back", [due("5", { counted: half })], [due("10")], ["clawback -5"]],
  ["the sale was worth more", [due("11", { base: nanosFromSql("110") })], [due("10")], ["correction 1"]],
  [
    "another percentage: the old one is taken back whole",
    [due("12", { percent: "12" })],
    [due("10")],
    ["earned 12", "correction -10"],
  ],
])("%s", (_why, should, booked, entries) => {
  expect(commissionEntries(should, booked).map(({ kind, amount }) => `${kind} ${nanosToSql(amount)}`)).toEqual(entries);
});

describe("laws", () => {
  const anyAmount = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).map(nanos);
  const anyPart = fc
    .record({ revenue: anyAmount, cost: anyAmount, prefix: fc.constantFrom("49", "4915", "33", "1") })
    .map((fields) => part("0", fields));
  const anyPercent = fc.tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 3 }));
  const anyRules = fc
    .array(fc.record({ of: fc.constantFrom("revenue", "margin"), group: fc.boolean(), percent: anyPercent }))
    .map((rules) =>
      rules.map(({ of, group, percent: [units, scale] }, index) =>
        rule(`${index}`, {
          ...{ of, on: "collected", groups: group ? [germany] : [] },
          steps: [{ percent: { units: BigInt(units), scale }, from: null, afterMonths: 0 }],
        }),
      ),
    );

  test("amounts are within half a nano of the exact share, and no part of a sale counts twice or is lost", () => {
    fc.assert(
      fc.property(anyRules, fc.array(anyPart), (rules, parts) => {
        const sold = { ...invoice(parts), total: NO_NANOS };
        const all = commissionDue([...rules, rule("rest")], sold);
        for (const { amount, base, percent } of all) {
          const { units, scale } = parseDecimal(percent)!;
          const off = base * units - amount * 100n * 10n ** BigInt(scale);
          expect((off < 0n ? -off : off) * 2n <= 100n * 10n ** BigInt(scale)).toBe(true);
        }
        const revenueOnly = commissionDue(
          [...rules, rule("rest")].map((one) => ({ ...one, of: "revenue" })),
          sold,
        );
        const sum = (amounts: readonly bigint[]) => amounts.reduce((total, one) => total + one, 0n);
        expect(sum(revenueOnly.map(({ base }) => base))).toBe(sum(parts.map(({ revenue }) => revenue)));
      }),
    );
  });

  test("however it is paid and given back, entries add up to what should be, and a second run books nothing", () => {
    const anyPayments = fc.array(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), { maxLength: 8 });
    fc.assert(
      fc.property(anyRules, fc.array(anyPart), anyPayments, (rules, parts, payments) => {
        let booked: readonly BookedCommission[] = [];
        let paid = 0n;
        for (const payment of [0n, ...payments]) {
          paid += payment;
          const should = commissionDue(rules, { ...invoice(parts), total: nanos(10n ** 12n), paid: nanos(paid) });
          const entries = commissionEntries(should, booked);
          booked = should.map((one) => ({ ...one, amount: sumOf(one, booked, entries) }));
          expect(booked).toEqual(should);
          expect(commissionEntries(should, booked)).toEqual([]);
        }
      }),
    );
  });

  const sumOf = (
    { rule: name }: BookedCommission,
    ...lists: readonly (readonly { readonly rule: string; readonly amount: Nanos }[])[]
  ): Nanos =>
    nanos(
      lists
        .flat()
        .filter((one) => one.rule === name)
        .reduce((sum, { amount }) => sum + amount, 0n),
    );
});
