import type { Currency } from "../money/currency.ts";
import type { Nanos } from "../money/nanos.ts";
import { inputText, type Journal, makeJournal } from "./journal.ts";
import { credit, debit, type LedgerOwner } from "./posting.ts";

/** What one vendor earned in one payer's book on one day, against what the vendor's own book already has of it. */
export interface VendorCostDay {
  readonly vendorBookId: string;
  readonly vendorId: string;
  readonly payerBookId: string;
  readonly usageDate: Temporal.PlainDate;
  readonly currency: Currency;
  /** Sum of the cost charges of that day, all that are stored now. */
  readonly charged: Nanos;
  /** Sum of the payable postings made for that day so far. */
  readonly posted: Nanos;
  /** How many postings were made for that day so far; two runs at once get the same key, and one of them wins. */
  readonly postedCount: number;
}

/**
 * Brings a vendor's own book up to date by *what should be posted − what was posted*, so late and re-rated calls are
 * caught without a watermark. null when nothing is missing. Dr vendor-clearing / Cr payable: over all books together,
 * vendor-clearing is then back at zero.
 */
export function postVendorCost(day: VendorCostDay): Journal | null {
  const vendor: LedgerOwner = { bookId: day.vendorBookId, ownerId: day.vendorId, currency: day.currency };
  const missing = day.charged - day.posted;
  const of = [day.vendorId, day.payerBookId, day.usageDate.toString(), day.currency, day.postedCount + 1];
  return makeJournal({
    bookId: day.vendorBookId,
    kind: "vendor-cost",
    key: `vendor-cost/${of.join("/")}`,
    inputText: inputText(day.charged, day.posted),
    effectiveDate: day.usageDate,
    reversesKey: null,
    postings: [debit(vendor, "vendor-clearing", missing), credit(vendor, "payable", missing)],
  });
}
