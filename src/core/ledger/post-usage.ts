import { invariant } from "../invariant.ts";
import type { Currency } from "../money/currency.ts";
import type { Nanos } from "../money/nanos.ts";
import { balancedJournal, inputText, type Journal } from "./journal.ts";
import { credit, debit, type LedgerOwner, type Posting } from "./posting.ts";
import { type WalletState, walletDraw } from "./wallet-draw.ts";

/** The charges of one batch in one book. */
export interface UsageBatch {
  readonly bookId: string;
  /** Identifies the batch for ever: a batch that is stored again is the same journal. */
  readonly batchId: string;
  readonly effectiveDate: Temporal.PlainDate;
  /** One total an account, side and currency; a second one for the same three is a bug. */
  readonly totals: readonly UsageTotal[];
}

export type UsageTotal = SaleTotal | CostTotal;

/** What one customer or reseller pays for the batch's usage. Negative where a re-rating gives money back. */
export interface SaleTotal {
  readonly side: "sale";
  /** Who pays. */
  readonly accountId: string;
  /** In the account's currency. */
  readonly amount: Nanos;
  readonly currency: Currency;
  /** The parts of `amount` whose tariff is in another currency, one a currency; their revenue is kept in it. */
  readonly converted: readonly ConvertedPart[];
  readonly payment: { readonly kind: "postpaid" } | { readonly kind: "prepaid"; readonly wallet: WalletState };
}

/** A part of a sale that was priced in one currency and paid in the account's own. */
export interface ConvertedPart {
  readonly paid: Nanos;
  readonly priced: Nanos;
  readonly currency: Currency;
}

/** What one vendor is owed for the batch's usage, in the vendor's currency. */
export interface CostTotal {
  readonly side: "cost";
  readonly vendorId: string;
  readonly amount: Nanos;
  readonly currency: Currency;
}

/**
 * The journal of a batch of charges, one per batch and book. Free usage leaves it without postings; it
 * is written all the same, because its number says which invoice takes up the batch's calls.
 *
 *     postpaid   Dr unbilled                             Cr revenue
 *     prepaid    Dr wallet to its limit, rest overrun    Cr revenue
 *     cost       Dr cost                                 Cr vendor-clearing
 */
export function postUsage({ bookId, batchId, effectiveDate, totals }: UsageBatch): Journal {
  const seen = new Set<string>();
  for (const total of totals) {
    const key = JSON.stringify([total.side, total.side === "sale" ? total.accountId : total.vendorId, total.currency]);
    invariant(!seen.has(key), `batch ${batchId} has two totals for ${key}; a wallet must be drawn on once`);
    seen.add(key);
  }
  return balancedJournal({
    bookId,
    kind: "usage",
    key: `usage/${batchId}`,
    inputText: totals.map(totalText).sort().join("\n"),
    effectiveDate,
    reversesKey: null,
    postings: totals.flatMap((total) =>
      total.side === "sale" ? salePostings(bookId, total) : costPostings(bookId, total),
    ),
  });
}

const totalText = (total: UsageTotal): string =>
  total.side === "cost"
    ? inputText("cost", total.vendorId, total.currency, total.amount)
    : inputText(
        "sale",
        total.accountId,
        total.currency,
        total.amount,
        ...total.converted.flatMap(({ paid, priced, currency }) => [paid, currency, priced]),
      );

function salePostings(bookId: string, { accountId, amount, currency, converted, payment }: SaleTotal): Posting[] {
  const payer: LedgerOwner = { bookId, ownerId: accountId, currency };
  return [...takenFrom(payer, amount, payment), ...earned(payer, amount, converted)];
}

function takenFrom(payer: LedgerOwner, amount: Nanos, payment: SaleTotal["payment"]): Posting[] {
  if (payment.kind === "postpaid") return [debit(payer, "unbilled", amount)];
  const drawn = walletDraw(amount, payment.wallet);
  return [debit(payer, "wallet", drawn.wallet), debit(payer, "overrun", drawn.overrun)];
}

/** Revenue stays in the currency of the price; fx-clearing balances both currencies of a converted charge. */
function earned(payer: LedgerOwner, amount: Nanos, converted: SaleTotal["converted"]): Posting[] {
  const unconverted = converted.reduce((rest: bigint, { paid }) => rest - paid, amount);
  return [
    credit(payer, "revenue", unconverted),
    ...converted.flatMap(({ paid, priced, currency }) => {
      const seller: LedgerOwner = { ...payer, currency };
      return [
        credit(payer, "fx-clearing", paid),
        debit(seller, "fx-clearing", priced),
        credit(seller, "revenue", priced),
      ];
    }),
  ];
}

function costPostings(bookId: string, { vendorId, amount, currency }: CostTotal): Posting[] {
  const vendor: LedgerOwner = { bookId, ownerId: vendorId, currency };
  return [debit(vendor, "cost", amount), credit(vendor, "vendor-clearing", amount)];
}
