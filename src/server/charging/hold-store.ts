import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, NO_NANOS, nanos, nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import { plainArray } from "../db/plain-array.ts";
import type { Tx } from "../db/tx.ts";

/** An account that sessions hold money of. */
export interface HeldAccount {
  readonly tenantId: string;
  readonly bookId: string;
  readonly accountId: string;
}

/** What sessions hold of an account, while its row is locked. */
export interface AccountHold extends HeldAccount {
  held: Nanos;
  openSessions: number;
}

/**
 * Locks what sessions hold of accounts until `tx` ends, in order. In two statements: one that made the missing rows and
 * read them as well would read 0 after another's insert, and two first calls would overspend.
 */
export async function lockHolds(tx: Tx, accounts: readonly HeldAccount[]): Promise<ReadonlyMap<string, AccountHold>> {
  const wanted = [...new Map(accounts.map((account) => [account.accountId, account])).values()];
  if (wanted.length === 0) return new Map();
  const bookIds = plainArray(wanted.map(({ bookId }) => bookId));
  const accountIds = plainArray(wanted.map(({ accountId }) => accountId));
  await tx.prepared(
    "make-holds",
    `insert into account_holds (tenant_id, book_id, account_id)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as t(tenant_id, book_id, account_id)
     where not exists (select from account_holds h where h.book_id = t.book_id and h.account_id = t.account_id)
     order by book_id, account_id on conflict do nothing`,
    [plainArray(wanted.map(({ tenantId }) => tenantId)), bookIds, accountIds],
  );
  const { rows } = await tx.prepared<{
    tenant_id: string;
    book_id: string;
    account_id: string;
    held: string;
    open_sessions: number;
  }>(
    "lock-holds",
    `select tenant_id, book_id, account_id, held, open_sessions from account_holds
     where (book_id, account_id) in (select * from unnest($1::uuid[], $2::uuid[]))
     order by book_id, account_id for update`,
    [bookIds, accountIds],
  );
  return new Map(
    rows.map((row) => [
      row.account_id,
      {
        tenantId: row.tenant_id,
        bookId: row.book_id,
        accountId: row.account_id,
        held: nanosFromSql(row.held),
        openSessions: row.open_sessions,
      },
    ]),
  );
}

/** Stores what sessions hold now of accounts that {@link lockHolds} has locked. */
export async function saveHolds(tx: Tx, holds: Iterable<AccountHold>): Promise<void> {
  const all = [...holds];
  if (all.length === 0) return;
  await tx.prepared(
    "save-holds",
    `update account_holds h set held = t.held, open_sessions = t.open_sessions
     from unnest($1::uuid[], $2::uuid[], $3::numeric[], $4::integer[]) as t(book_id, account_id, held, open_sessions)
     where h.book_id = t.book_id and h.account_id = t.account_id`,
    [
      plainArray(all.map(({ bookId }) => bookId)),
      plainArray(all.map(({ accountId }) => accountId)),
      plainArray(all.map(({ held }) => nanosToSql(held))),
      plainArray(all.map(({ openSessions }) => openSessions)),
    ],
  );
}

/** What an account's ledger says of its money, in its own currency. */
export interface Funds {
  /** What the customer has in the wallet. */
  readonly wallet: Nanos;
  /** What is used and not invoiced, and invoiced and not paid. */
  readonly owed: Nanos;
}

export const NO_FUNDS: Funds = { wallet: NO_NANOS, owed: NO_NANOS };

/** The money of accounts whose holds are locked. Accounts that never had any are left out. */
export async function loadFunds(
  tx: Tx,
  accounts: readonly (Pick<HeldAccount, "bookId" | "accountId"> & { readonly currency: Currency })[],
): Promise<ReadonlyMap<string, Funds>> {
  if (accounts.length === 0) return new Map();
  const { rows } = await tx.prepared<{ account_id: string; wallet: string; owed: string }>(
    "load-funds",
    `select b.account_id, coalesce(sum(b.amount) filter (where b.kind = 'wallet'), 0) as wallet,
       coalesce(sum(b.amount) filter (where b.kind <> 'wallet'), 0) as owed
     from unnest($1::uuid[], $2::uuid[], $3::text[]) as t(book_id, account_id, currency)
     join balances b on b.book_id = t.book_id and b.account_id = t.account_id and b.currency = t.currency
       and b.kind in ('wallet', 'unbilled', 'receivable')
     group by b.account_id`,
    [
      plainArray(accounts.map(({ bookId }) => bookId)),
      plainArray(accounts.map(({ accountId }) => accountId)),
      plainArray(accounts.map(({ currency }) => currency)),
    ],
  );
  return new Map(
    // A wallet is a liability: money the customer has is below zero as a posting.
    rows.map((row) => [row.account_id, { wallet: nanos(-nanosFromSql(row.wallet)), owed: nanosFromSql(row.owed) }]),
  );
}
