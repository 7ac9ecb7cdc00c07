import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Currency, parseCurrency } from "../money/currency.ts";
import { nanos } from "../money/nanos.ts";
import { adjust } from "./adjust.ts";
import { compareLedgers } from "./compare-ledgers.ts";
import { deposit } from "./deposit.ts";
import { balanced, imbalances, type Journal, makeJournal } from "./journal.ts";
import type { LedgerAccountKind } from "./ledger-account.ts";
import { openInvoice } from "./open-invoice.ts";
import { postCommission } from "./post-commission.ts";
import { postUsage, type UsageTotal } from "./post-usage.ts";
import { postVendorCost } from "./post-vendor-cost.ts";
import { credit, debit, type LedgerOwner, type Posting, sumByAccount, sumByCurrency } from "./posting.ts";
import { receivePayment } from "./receive-payment.ts";
import { reverse } from "./reverse.ts";
import { settleOverrun } from "./settle-overrun.ts";

const EUR = parseCurrency("EUR") as Currency;
const USD = parseCurrency("USD") as Currency;
const DAY = Temporal.PlainDate.from("2026-03-14");
const POSTPAID = { kind: "postpaid" } as const;
const ada: LedgerOwner = { bookId: "book", ownerId: "ada", currency: EUR };

/** "kind currency amount" of each posting: what a bookkeeper would write down. */
const written = (journal: Journal | null): string[] =>
  (journal?.postings ?? []).map(
    ({ account, amount }) => `${account.ownerId} ${account.kind} ${account.currency} ${amount}`,
  );

const usage = (...totals: UsageTotal[]): Journal | null =>
  postUsage({ bookId: "book", batchId: "1", effectiveDate: DAY, totals });

const sale = (amount: bigint, rest: Partial<Extract<UsageTotal, { side: "sale" }>> = {}): UsageTotal => ({
  side: "sale",
  accountId: "ada",
  amount: nanos(amount),
  currency: EUR,
  converted: [],
  payment: POSTPAID,
  ...rest,
});

const prepaid = (balance: bigint, limit = 0n, overrun = 0n) =>
  ({
    kind: "prepaid",
    wallet: { balance: nanos(balance), limit: nanos(limit), overrun: nanos(overrun) },
  }) as const;

describe("the postings of each event", () => {
  test.each<[string, Journal | null, string[], string]>([
    ["postpaid usage", usage(sale(42n)), ["ada unbilled EUR 42", "ada revenue EUR -42"], "usage waits for its invoice"],
    [
      "prepaid usage",
      usage(sale(42n, { payment: prepaid(100n) })),
      ["ada wallet EUR 42", "ada revenue EUR -42"],
      "the wallet pays at once",
    ],
    [
      "prepaid usage beyond the wallet",
      usage(sale(42n, { payment: prepaid(10n, 5n) })),
      ["ada wallet EUR 15", "ada overrun EUR 27", "ada revenue EUR -42"],
      "priced in full; the rest is overrun",
    ],
    [
      "a re-rating that gives money back",
      usage(sale(-30n, { payment: prepaid(0n, 0n, 12n) })),
      ["ada wallet EUR -18", "ada overrun EUR -12", "ada revenue EUR 30"],
      "what was never paid is not paid back",
    ],
    [
      "usage of which a part is priced in another currency",
      usage(sale(90n, { converted: [{ paid: nanos(60n), priced: nanos(100n), currency: USD }] })),
      [
        "ada unbilled EUR 90",
        "ada revenue EUR -30",
        "ada fx-clearing EUR -60",
        "ada fx-clearing USD 100",
        "ada revenue USD -100",
      ],
      "fx-clearing balances both currencies",
    ],
    [
      "cost",
      usage({ side: "cost", vendorId: "telco", amount: nanos(7n), currency: USD }),
      ["telco cost USD 7", "telco vendor-clearing USD -7"],
      "owed to the vendor, not yet in its book",
    ],
    ["free usage", usage(sale(0n)), [], "nothing to post, so no journal"],
    [
      "a deposit that pays an overrun off",
      deposit({ owner: ada, depositId: "d", effectiveDate: DAY, amount: nanos(50n), overrun: nanos(27n) }),
      ["ada payments EUR 50", "ada overrun EUR -27", "ada wallet EUR -23"],
      "the overrun first, by policy",
    ],
    [
      "a payment",
      receivePayment({ owner: ada, paymentId: "p", invoiceId: "i", effectiveDate: DAY, amount: nanos(50n) }),
      ["ada payments EUR 50", "ada receivable EUR -50"],
      "an invoice is paid",
    ],
    [
      "a refund",
      receivePayment({ owner: ada, paymentId: "r", invoiceId: "i", effectiveDate: DAY, amount: nanos(-20n) }),
      ["ada payments EUR -20", "ada receivable EUR 20"],
      "it is owed again, unless a credit note says otherwise",
    ],
    [
      "an agent's commission",
      postCommission({
        owner: { ...ada, ownerId: "agent" },
        period: Temporal.PlainYearMonth.from("2026-03"),
        postingNumber: 1,
        amount: nanos(7n),
      }),
      ["agent commission EUR 7", "agent payable EUR -7"],
      "what it earned is owed to it",
    ],
    [
      "an overrun given up",
      settleOverrun({ owner: ada, settlementId: "s", effectiveDate: DAY, amount: nanos(27n), to: "write-off" }),
      ["ada write-off EUR 27", "ada overrun EUR -27"],
      "revenue still agrees with the charges",
    ],
    [
      "a postpaid credit",
      adjust({ owner: ada, adjustmentId: "a", effectiveDate: DAY, amount: nanos(-9n), wallet: null }),
      ["ada unbilled EUR -9", "ada revenue EUR 9"],
      "shows on the next invoice",
    ],
    [
      "an invoice rounded down",
      openInvoice({
        owner: ada,
        invoiceNumber: "INV-1",
        sellerId: null,
        effectiveDate: DAY,
        due: nanos(10_000_000n),
        billed: nanos(12_345_678n),
        billedFrom: "unbilled",
      }),
      ["ada receivable EUR 10000000", "ada unbilled EUR -12345678", "ada rounding EUR 2345678"],
      "what is lost by rounding is an expense",
    ],
  ])("%s", (_, journal, expected) => {
    expect(written(journal)).toEqual(expected);
  });
});

test("what a vendor is owed is posted as the difference, and a second run finds nothing", () => {
  const day = { vendorBookId: "v", vendorId: "telco", payerBookId: "book", usageDate: DAY, currency: USD };
  const first = postVendorCost({ ...day, charged: nanos(100n), posted: nanos(60n), postedCount: 2 });
  expect(written(first)).toEqual(["telco vendor-clearing USD 40", "telco payable USD -40"]);
  expect(first?.key).toBe("vendor-cost/telco/book/2026-03-14/USD/3");
  expect(postVendorCost({ ...day, charged: nanos(100n), posted: nanos(100n), postedCount: 3 })).toBeNull();
});

test("cost and its mirror in the vendor's book bring vendor-clearing back to zero", () => {
  const cost = usage({ side: "cost", vendorId: "telco", amount: nanos(7n), currency: USD });
  const day = { vendorBookId: "v", vendorId: "telco", payerBookId: "book", usageDate: DAY, currency: USD };
  const mirror = postVendorCost({ ...day, charged: nanos(7n), posted: nanos(0n), postedCount: 0 });
  const clearing = [...(cost?.postings ?? []), ...(mirror?.postings ?? [])].filter(
    ({ account }) => account.kind === "vendor-clearing",
  );
  expect(clearing.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
});

describe("a journal", () => {
  const draft = (postings: Posting[]): Journal => ({
    bookId: "book",
    kind: "adjustment",
    key: "k",
    inputText: "",
    effectiveDate: DAY,
    reversesKey: null,
    postings,
  });

  test("that does not balance in each currency is a bug", () => {
    const usd = { ...ada, currency: USD };
    expect(() => makeJournal(draft([debit(ada, "wallet", 1n), credit(usd, "revenue", 1n)]))).toThrow(/out of balance/);
    expect(imbalances([debit(ada, "wallet", 1n), credit(usd, "revenue", 1n)])).toHaveLength(2);
  });

  test("never posts to another book", () => {
    const other = { ...ada, bookId: "other" };
    expect(() => makeJournal(draft([debit(ada, "wallet", 1n), credit(other, "revenue", 1n)]))).toThrow(
      /posts to other/,
    );
  });

  test("keeps one posting an account", () => {
    const journal = makeJournal(
      draft([debit(ada, "wallet", 1n), debit(ada, "wallet", 2n), credit(ada, "revenue", 3n)]),
    );
    expect(written(journal)).toEqual(["ada wallet EUR 3", "ada revenue EUR -3"]);
  });

  test("asked for again with the wallet in another state is the same request", () => {
    const [once, again] = [prepaid(100n), prepaid(3n)].map((payment) => usage(sale(42n, { payment })));
    expect(again?.postings).not.toEqual(once?.postings);
    expect([again?.key, again?.inputText]).toEqual([once?.key, once?.inputText]);
  });

  test("asked for again with other amounts is another request under the same key", () => {
    const [once, other] = [usage(sale(42n)), usage(sale(43n))];
    expect(other?.key).toBe(once?.key);
    expect(other?.inputText).not.toBe(once?.inputText);
  });

  test("draws on a wallet once a batch", () => {
    expect(() => usage(sale(1n), sale(2n))).toThrow(/two totals/);
  });
});

describe("a reversal", () => {
  const journal = usage(sale(42n, { payment: prepaid(10n) })) as Journal;

  test("nets to zero and names what it reverses", () => {
    const reversal = reverse(journal, DAY);
    expect(reversal.reversesKey).toBe(journal.key);
    expect(sumByAccount([...journal.postings, ...reversal.postings]).every(({ amount }) => amount === 0n)).toBe(true);
  });

  test("asked for twice is one write", () => {
    expect(reverse(journal, DAY)).toEqual(reverse(journal, DAY));
  });

  test("cannot be reversed", () => {
    expect(() => reverse(reverse(journal, DAY), DAY)).toThrow(expect.objectContaining({ code: "journal-is-reversal" }));
  });
});

const anyNanos = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).map(nanos);
const anyCredit = fc.bigInt({ min: 0n, max: 10n ** 15n }).map(nanos);
const anyCurrency = fc.constantFrom(EUR, USD);
const anyPayment = fc.oneof(
  fc.constant(POSTPAID),
  fc.record({
    kind: fc.constant("prepaid" as const),
    wallet: fc.record({ balance: anyNanos, limit: anyCredit, overrun: anyCredit }),
  }),
);
const anySale = fc.record({
  side: fc.constant("sale" as const),
  accountId: fc.constantFrom("ada", "bob", "cyd"),
  amount: anyNanos,
  currency: anyCurrency,
  converted: fc.array(fc.record({ paid: anyNanos, priced: anyNanos, currency: anyCurrency }), { maxLength: 2 }),
  payment: anyPayment,
});
const anyCost = fc.record({
  side: fc.constant("cost" as const),
  vendorId: fc.constantFrom("telco", "wholesale"),
  amount: anyNanos,
  currency: anyCurrency,
});
const anyTotals = fc.uniqueArray(fc.oneof(anySale, anyCost), {
  selector: (total) => [total.side, total.side === "sale" ? total.accountId : total.vendorId, total.currency].join(),
});

describe("laws", () => {
  test("every journal balances per currency, and so do all of them together", () => {
    fc.assert(
      fc.property(fc.array(anyTotals), (batches) => {
        const journals = batches.flatMap((totals) => usage(...totals) ?? []);
        expect(journals.every(balanced)).toBe(true);
        const all = journals.flatMap(({ postings }) => postings);
        expect(sumByCurrency(all).every(({ amount }) => amount === 0n)).toBe(true);
      }),
    );
  });

  test("the order of the totals changes neither the amounts nor the request", () => {
    fc.assert(
      fc.property(anyTotals, (totals) => {
        const [forwards, backwards] = [usage(...totals), usage(...totals.toReversed())];
        expect(written(backwards).sort()).toEqual(written(forwards).sort());
        expect(backwards?.inputText).toBe(forwards?.inputText);
      }),
    );
  });

  test("a journal and its reversal leave every account as it was", () => {
    fc.assert(
      fc.property(anyTotals, (totals) => {
        const journal = usage(...totals);
        if (journal === null) return;
        const both = [...journal.postings, ...reverse(journal, DAY).postings];
        expect(sumByAccount(both).every(({ amount }) => amount === 0n)).toBe(true);
      }),
    );
  });

  test("ledgers agree with themselves in any order, and a nano moved is found with its account", () => {
    fc.assert(
      fc.property(anyTotals, fc.nat(), (totals, pick) => {
        const postings = usage(...totals)?.postings ?? [];
        expect(compareLedgers(postings, postings.toReversed())).toEqual([]);
        const moved = postings[pick % postings.length];
        if (moved === undefined) return;
        const differences = compareLedgers(postings, [...postings, { ...moved, amount: nanos(1n) }]);
        expect(differences).toEqual([
          { account: moved.account, subLedger: moved.amount, ledger: moved.amount + 1n, difference: 1n },
        ]);
      }),
    );
  });
});

/** One thing that happens to a prepaid account; amounts are signed as `postUsage` and `deposit` take them. */
type Event = { readonly kind: "usage" | "deposit"; readonly amount: bigint };

test("a wallet never ends below its limit, and what it holds is deposits less what it paid", () => {
  const anyEvent: fc.Arbitrary<Event> = fc.record({
    kind: fc.constantFrom("usage" as const, "deposit" as const),
    amount: fc.bigInt({ min: 1n, max: 1_000n }),
  });
  fc.assert(
    fc.property(fc.array(anyEvent), fc.bigInt({ min: 0n, max: 200n }), (events, limit) => {
      const postings: Posting[] = [];
      const balance = (kind: LedgerAccountKind) =>
        postings.reduce((sum, { account, amount }) => (account.kind === kind ? sum + amount : sum), 0n);
      for (const { kind, amount } of events) {
        const overrun = nanos(balance("overrun"));
        const wallet = { balance: nanos(-balance("wallet")), limit: nanos(limit), overrun };
        const journal =
          kind === "usage"
            ? usage(sale(amount, { payment: { kind: "prepaid", wallet } }))
            : deposit({ owner: ada, depositId: "d", effectiveDate: DAY, amount: nanos(amount), overrun });
        postings.push(...(journal?.postings ?? []));
        expect(-balance("wallet") >= -limit).toBe(true);
        expect(balance("overrun") >= 0n).toBe(true);
        expect(balance("payments") - balance("wallet") * -1n).toBe(-balance("revenue") - balance("overrun"));
      }
    }),
  );
});
