import type { Currency } from "../../core/money/currency.ts";
import type { Nanos } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { ChargeEntry, PricedCharge } from "./priced-call.ts";

/** What the ledger needs to know of a charge. */
export type DueCharge = Pick<PricedCharge, "side" | "accountId" | "currency" | "amount" | "converted">;

/** Sum of one account's charges on one side, in one book. */
export interface ChargeSum {
  readonly bookId: string;
  readonly side: "sale" | "cost";
  readonly accountId: string;
  readonly currency: Currency;
  amount: bigint;
  readonly converted: Map<Currency, { paid: bigint; priced: bigint }>;
}

interface BookSums {
  readonly byAccount: Map<string, ChargeSum>;
  firstAnsweredAt: EpochMs;
}

/** Sums charges for their journals: one a book. */
export class ChargeSums {
  readonly #books = new Map<string, BookSums>();

  static of(entries: Iterable<Pick<ChargeEntry, "bookId" | "answeredAt" | "charge">>): ChargeSums {
    const sums = new ChargeSums();
    for (const { bookId, answeredAt, charge } of entries) sums.add(bookId, answeredAt, charge);
    return sums;
  }

  add(bookId: string, answeredAt: EpochMs, charge: DueCharge): void {
    let book = this.#books.get(bookId);
    if (book === undefined) {
      book = { byAccount: new Map(), firstAnsweredAt: answeredAt };
      this.#books.set(bookId, book);
    }
    if (answeredAt < book.firstAnsweredAt) book.firstAnsweredAt = answeredAt;
    // A vendor is never a buyer, so its id names one side; an account has one currency.
    let sum = book.byAccount.get(charge.accountId);
    if (sum === undefined) {
      const side = charge.side === "cost" ? "cost" : "sale";
      const { accountId, currency } = charge;
      sum = { bookId, side, accountId, currency, amount: 0n, converted: new Map() };
      book.byAccount.set(accountId, sum);
    }
    sum.amount += charge.amount;
    if (charge.converted !== null) addConverted(sum, charge.amount, charge.converted);
  }

  /** By book, then by account. */
  list(): ChargeSum[] {
    return [...this.#books.values()].flatMap(({ byAccount }) => [...byAccount.values()]);
  }

  firstAnsweredAt(bookId: string): EpochMs | null {
    return this.#books.get(bookId)?.firstAnsweredAt ?? null;
  }
}

function addConverted(
  { converted }: ChargeSum,
  paid: Nanos,
  { tariffCurrency, tariffAmount }: NonNullable<PricedCharge["converted"]>,
): void {
  const part = converted.get(tariffCurrency) ?? { paid: 0n, priced: 0n };
  converted.set(tariffCurrency, { paid: part.paid + paid, priced: part.priced + tariffAmount });
}
