import { spendable } from "../../core/charging/spendable.ts";
import { invariant } from "../../core/invariant.ts";
import { adjust } from "../../core/ledger/adjust.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, nanos } from "../../core/money/nanos.ts";
import type { Database } from "../db/database.ts";
import type { BulkTx } from "../db/tx.ts";
import { type Adjusted, adjustmentsUnder } from "../ledger/adjustments.ts";
import { loadWallets, lockBooks, postJournal } from "../ledger/post-journals.ts";
import type { Source } from "../mediation/source.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { Refusal } from "./charging-request.ts";
import { type AccountHold, type Funds, lockHolds, NO_FUNDS } from "./hold-store.ts";
import { loadMoney } from "./level-money.ts";
import { databaseNow } from "./session-store.ts";
import { NOTHING_SPENT } from "./spent-store.ts";
import { type SpentSums, spentSums } from "./spent-sums.ts";

/** What an account has and may spend, in its own currency. */
export interface AccountMoney extends Funds {
  readonly currency: Currency;
  /** What open sessions hold. */
  readonly held: Nanos;
  /** What may be spent now, limits of the day and month included; null: it is trusted. */
  readonly available: Nanos | null;
}

/** Who asks, and what for: the request's own reference, by which a repeat of it is known. */
interface MoneyRequest {
  readonly account: StoredAccount;
  readonly source: Pick<Source, "id" | "name">;
  /** What a debit and its refunds have in common. */
  readonly group: string;
  readonly reference: string;
  readonly now: Temporal.Instant;
}

/** Takes money for something that no usage record tells of. */
export interface Debit extends MoneyRequest {
  /** Above zero, in the account's currency. */
  readonly amount: Nanos;
  /** What for; it is on the customer's invoice. */
  readonly memo: string;
}

/** Gives back what the debits of its group have taken, or a part of it. */
export interface Refund extends MoneyRequest {
  /** null: all that is left of them. */
  readonly amount: Nanos | null;
}

export type MoneyOutcome =
  | {
      readonly kind: "booked";
      readonly amount: Nanos;
      /** The same request was booked before; nothing was changed. */
      readonly isRepeat: boolean;
      readonly money: AccountMoney;
    }
  | { readonly kind: "refused"; readonly reason: Refusal };

/** What an account has, as the next authorisation would find it. */
export const accountMoney = (db: Database, account: StoredAccount): Promise<AccountMoney> =>
  db.bulk("ingest", {}, async (tx) =>
    moneyOf(tx, account, { ...(await lockAccount(tx, account)), sums: spentSums(db) }),
  );

/**
 * Takes money from an account if it may spend as much; what sessions hold is not touched. Errors: Problem
 * `journal-key-reused` for a reference of another debit.
 */
export async function debitAccount(db: Database, debit: Debit): Promise<MoneyOutcome> {
  const { account, amount, memo } = debit;
  return await db.bulk("ingest", {}, async (tx) => {
    const { hold, books } = await lockAccount(tx, account);
    const having = { hold, sums: spentSums(db) };
    const id = underGroup("debit", debit) + encoded(debit.reference);
    const [earlier] = await adjustmentsUnder(tx, account, id);
    const before = await moneyOf(tx, account, having);
    const isNew = earlier === undefined;
    if (isNew && before.available !== null && before.available < amount) return refused(exhausted(account));
    await post(tx, books, { ...debit, id, amount, memo });
    return { kind: "booked", amount, isRepeat: !isNew, money: await moneyOf(tx, account, having) };
  });
}

/**
 * Gives money back, never more than its debits have taken. Errors: Problem `journal-key-reused` for a reference of another
 * refund of the same group.
 */
export async function refundAccount(db: Database, refund: Refund): Promise<MoneyOutcome> {
  const { account } = refund;
  return await db.bulk("ingest", {}, async (tx) => {
    const { hold, books } = await lockAccount(tx, account);
    const debits = await adjustmentsUnder(tx, account, underGroup("debit", refund));
    const [debit] = debits;
    if (debit === undefined) return refused(noDebit(refund.group));
    const under = underGroup("refund", refund);
    const id = under + encoded(refund.reference);
    const refunds = await adjustmentsUnder(tx, account, under);
    const earlier = refunds.find((each) => each.id === id);
    const left = nanos(sumOf(debits) + sumOf(refunds)); // refunds are below zero
    const amount = refund.amount ?? (earlier === undefined ? left : nanos(-earlier.amount));
    if (earlier === undefined && (left === 0n || amount > left)) return refused(refundedBefore(refund.group));
    await post(tx, books, { ...refund, id, amount: nanos(-amount), memo: `Refund of ${debit.memo}` });
    const money = await moneyOf(tx, account, { hold, sums: spentSums(db) });
    return { kind: "booked", amount, isRepeat: earlier !== undefined, money };
  });
}

const underGroup = (kind: "debit" | "refund", { source, group }: Pick<MoneyRequest, "source" | "group">): string =>
  `${kind}/${source.id}/${encoded(group)}/`;

/** Without slashes, and never the same for two texts. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());

const sumOf = (adjusted: readonly Adjusted[]): bigint => adjusted.reduce((sum, { amount }) => sum + amount, 0n);

/** Locks what sessions hold of the account, then its book, as every charge does. */
async function lockAccount(tx: BulkTx, { tenantId, bookId, id: accountId }: StoredAccount) {
  const hold = (await lockHolds(tx, [{ tenantId, bookId, accountId }])).get(accountId);
  invariant(hold, `the hold of account ${accountId} is there once it is locked`);
  return { hold, books: await lockBooks(tx, [bookId]) };
}

async function moneyOf(
  tx: BulkTx,
  account: StoredAccount,
  { hold: { held }, sums }: { readonly hold: AccountHold; readonly sums: SpentSums },
): Promise<AccountMoney> {
  const inAll = { ...account, limits: { ...account.limits, groups: [] } }; // what is no call goes to no group
  const { funds, spent } = await loadMoney(tx, [inAll], { at: await databaseNow(tx), sums });
  const { wallet, owed } = funds.get(account.id) ?? NO_FUNDS;
  const purse = { ...account, wallet, owed, spent: spent.get(account.id) ?? NOTHING_SPENT, othersHold: held };
  return { currency: account.currency, wallet, owed, held, available: spendable(purse).available };
}

async function post(
  tx: BulkTx,
  books: Awaited<ReturnType<typeof lockBooks>>,
  { account, source, now, id, amount, memo }: MoneyRequest & Pick<Debit, "amount" | "memo"> & { readonly id: string },
): Promise<void> {
  const { id: accountId, bookId, currency, creditLimit: limit } = account;
  const wallet =
    account.payment === "postpaid"
      ? null
      : (await loadWallets(tx, [{ bookId, accountId, currency, limit }])).get(accountId);
  invariant(wallet !== undefined, "an account that never had a wallet is at 0");
  const journal = adjust({
    owner: { bookId, ownerId: accountId, currency },
    adjustmentId: id,
    effectiveDate: now.toZonedDateTimeISO(account.timeZone).toPlainDate(),
    amount,
    wallet,
  });
  invariant(journal, "an amount that is not zero moves money");
  await postJournal(tx, books, {
    journal,
    batchId: null,
    firstAnsweredAt: null,
    memo,
    bookedBy: `source:${source.name}`,
  });
}

const refused = (reason: Refusal): MoneyOutcome => ({ kind: "refused", reason });

const exhausted = ({ code }: StoredAccount): Refusal => ({
  code: "balance-exhausted",
  what: `Account "${code}" may not spend as much: its money and its limits, less what sessions hold, are below it.`,
  fix: "Top the account up, or give it more credit.",
});

const noDebit = (reference: string): Refusal => ({
  code: "debit-unknown",
  what: `No debit "${reference}" of this source was booked to the account.`,
  fix: "Name a debit by its own reference; money is given back only where it was taken.",
});

const refundedBefore = (reference: string): Refusal => ({
  code: "refund-too-high",
  what: `Of the debit "${reference}" less is left than is to be given back.`,
  fix: "Give back at most what the debit took, less its earlier refunds.",
});
