import { invariant } from "../../core/invariant.ts";
import { type ConvertedPart, postUsage, type UsageTotal } from "../../core/ledger/post-usage.ts";
import { type Nanos, NO_NANOS, nanos } from "../../core/money/nanos.ts";
import type { Account } from "../../core/tenancy/account.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import { insertJournals, type JournalEntry, loadWallets, lockBooks } from "../ledger/post-journals.ts";
import { type ChargeSum, ChargeSums } from "./charge-sums.ts";
import type { ChargeEntry } from "./priced-call.ts";

/** What the ledger needs to know of an account that is charged. */
export interface ChargedAccount extends Pick<Account, "id" | "payment" | "currency"> {
  readonly creditLimit: Nanos;
}

/** A batch of charges, and how its journals are signed. */
export interface ChargeBatch {
  readonly batchId: bigint;
  readonly bookedAt: EpochMs;
  readonly bookedBy: string;
  readonly memo: string;
  readonly accounts: ReadonlyMap<string, ChargedAccount>;
  /** The charges, or their sums where these are made already. */
  readonly entries: readonly ChargeEntry[] | ChargeSums;
  /** What sessions that end with these charges held, by account; left out: nothing. */
  readonly released?: ReadonlyMap<string, Nanos>;
}

/**
 * Posts a batch's charges to the ledger: one journal a book, after everything else in the transaction, so that the
 * books are locked for the shortest time. Wallets are read under the lock.
 */
export async function postCharges(tx: Tx, args: ChargeBatch): Promise<void> {
  const summed = args.entries instanceof ChargeSums ? args.entries : ChargeSums.of(args.entries);
  const sums = summed.list();
  if (sums.length === 0) return;
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
    ofBook.push(totalOf(sum, args, wallets));
  }
  await insertJournals(tx, books, journalsOf(totals, summed, args));
}

function totalOf(
  sum: ChargeSum,
  { accounts, released }: Pick<ChargeBatch, "accounts" | "released">,
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
  const own = { ...wallet, released: released?.get(accountId) ?? NO_NANOS };
  return { side: "sale", accountId, amount, currency, converted, payment: { kind: "prepaid", wallet: own } };
}

function journalsOf(
  totals: ReadonlyMap<string, readonly UsageTotal[]>,
  summed: ChargeSums,
  args: Omit<ChargeBatch, "accounts" | "entries">,
): JournalEntry[] {
  const effectiveDate = toInstant(args.bookedAt).toZonedDateTimeISO("UTC").toPlainDate();
  return [...totals].map(([bookId, ofBook]) => ({
    journal: postUsage({ bookId, batchId: args.batchId.toString(), effectiveDate, totals: ofBook }),
    batchId: args.batchId,
    firstAnsweredAt: summed.firstAnsweredAt(bookId),
    memo: args.memo,
    bookedBy: args.bookedBy,
  }));
}
