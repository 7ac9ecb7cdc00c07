import { invariant } from "../../core/invariant.ts";
import { type ConvertedPart, postUsage, type UsageTotal } from "../../core/ledger/post-usage.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, NO_NANOS, nanos } from "../../core/money/nanos.ts";
import type { Account } from "../../core/tenancy/account.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import { insertJournals, type JournalEntry, loadWallets, lockBooks } from "../ledger/post-journals.ts";
import type { ChargeEntry } from "./priced-call.ts";

/** What the ledger needs to know of an account that is charged. */
export interface ChargedAccount extends Pick<Account, "id" | "payment" | "currency"> {
  readonly creditLimit: Nanos;
}

/** Sums of one account's charges on one side, in one book. */
interface Sum {
  readonly bookId: string;
  readonly side: "sale" | "cost";
  readonly accountId: string;
  readonly currency: Currency;
  amount: bigint;
  readonly converted: Map<Currency, { paid: bigint; priced: bigint }>;
}

/** A batch of charges, and how its journals are signed. */
export interface ChargeBatch {
  readonly batchId: bigint;
  readonly bookedAt: EpochMs;
  readonly bookedBy: string;
  readonly memo: string;
  readonly accounts: ReadonlyMap<string, ChargedAccount>;
  readonly entries: readonly ChargeEntry[];
}

/**
 * Posts a batch's charges to the ledger: one journal a book, after everything else in the transaction, so that the
 * books are locked for the shortest time. Wallets are read under the lock.
 */
export async function postCharges(tx: Tx, args: ChargeBatch): Promise<void> {
  if (args.entries.length === 0) return;
  const sums = sumCharges(args.entries);
  const books = await lockBooks(
    tx,
    sums.map((sum) => sum.bookId),
  );
  const prepaid = sums.flatMap((sum) => {
    const account = args.accounts.get(sum.accountId);
    if (sum.side === "cost" || account?.payment !== "prepaid") return [];
    return [{ bookId: sum.bookId, accountId: sum.accountId, limit: account.creditLimit, currency: sum.currency }];
  });
  const wallets = prepaid.length === 0 ? new Map() : await loadWallets(tx, prepaid);
  const totals = new Map<string, UsageTotal[]>();
  for (const sum of sums) {
    const ofBook = totals.get(sum.bookId) ?? [];
    totals.set(sum.bookId, ofBook);
    ofBook.push(totalOf(sum, args.accounts, wallets));
  }
  await insertJournals(tx, books, journalsOf(totals, args));
}

/** By book, then by what is summed there. */
function sumCharges(entries: readonly ChargeEntry[]): Sum[] {
  const books = new Map<string, Map<string, Sum>>();
  for (const { bookId, charge } of entries) {
    let sums = books.get(bookId);
    if (sums === undefined) {
      sums = new Map();
      books.set(bookId, sums);
    }
    // A vendor is never a buyer, so its id names one side; an account has one currency.
    let sum = sums.get(charge.accountId);
    if (sum === undefined) {
      const side = charge.side === "cost" ? "cost" : "sale";
      const { accountId, currency } = charge;
      sum = { bookId, side, accountId, currency, amount: 0n, converted: new Map() };
      sums.set(accountId, sum);
    }
    sum.amount += charge.amount;
    if (charge.converted !== null) addConverted(sum, charge.amount, charge.converted);
  }
  return [...books.values()].flatMap((sums) => [...sums.values()]);
}

function addConverted(
  { converted }: Sum,
  paid: Nanos,
  { tariffCurrency, tariffAmount }: { readonly tariffCurrency: Currency; readonly tariffAmount: Nanos },
): void {
  const part = converted.get(tariffCurrency) ?? { paid: 0n, priced: 0n };
  converted.set(tariffCurrency, { paid: part.paid + paid, priced: part.priced + tariffAmount });
}

function totalOf(
  sum: Sum,
  accounts: ReadonlyMap<string, ChargedAccount>,
  wallets: Awaited<ReturnType<typeof loadWallets>>,
): UsageTotal {
  const { accountId, currency } = sum;
  const amount = nanos(sum.amount);
  if (sum.side === "cost") return { side: "cost", vendorId: accountId, amount, currency };
  const account = accounts.get(accountId);
  invariant(account, `account ${accountId} is known when its charges are posted`);
  const converted: ConvertedPart[] = [...sum.converted].map(([priceCurrency, part]) => ({
    paid: nanos(part.paid),
    priced: nanos(part.priced),
    currency: priceCurrency,
  }));
  if (account.payment === "postpaid")
    return { side: "sale", accountId, amount, currency, converted, payment: { kind: "postpaid" } };
  const wallet = wallets.get(accountId) ?? { balance: NO_NANOS, limit: account.creditLimit, overrun: NO_NANOS };
  return { side: "sale", accountId, amount, currency, converted, payment: { kind: "prepaid", wallet } };
}

function journalsOf(
  totals: ReadonlyMap<string, readonly UsageTotal[]>,
  args: Omit<ChargeBatch, "accounts">,
): JournalEntry[] {
  const firstAnswered = new Map<string, EpochMs>();
  for (const { bookId, answeredAt } of args.entries) {
    const first = firstAnswered.get(bookId);
    if (first === undefined || answeredAt < first) firstAnswered.set(bookId, answeredAt);
  }
  const effectiveDate = toInstant(args.bookedAt).toZonedDateTimeISO("UTC").toPlainDate();
  return [...totals].map(([bookId, ofBook]) => ({
    journal: postUsage({ bookId, batchId: args.batchId.toString(), effectiveDate, totals: ofBook }),
    batchId: args.batchId,
    firstAnsweredAt: firstAnswered.get(bookId) ?? null,
    memo: args.memo,
    bookedBy: args.bookedBy,
  }));
}
