import {
  countersFromJson,
  countersToJson,
  type HoldCounters,
  type HoldCountersJson,
} from "../../core/charging/hold-counters.ts";
import { invariant } from "../../core/invariant.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, NO_NANOS, nanos, nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import { intArray, jsonbArray, textArray, uuidArray } from "../db/array-parameter.ts";
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
  counters: HoldCounters;
}

/**
 * Locks what sessions hold of accounts until `tx` ends, in order. A row that is missing is made first, and then all are
 * locked again: one statement that made the missing rows and read them as well would read 0 after another's insert, and
 * two first calls would overspend.
 */
export async function lockHolds(tx: Tx, accounts: readonly HeldAccount[]): Promise<ReadonlyMap<string, AccountHold>> {
  const wanted = [...new Map(accounts.map((account) => [account.accountId, account])).values()];
  if (wanted.length === 0) return new Map();
  const found = await lockFound(tx, wanted);
  if (found.size === wanted.length) return found;
  const missing = wanted.filter(({ accountId }) => !found.has(accountId));
  await tx.prepared(
    "make-holds",
    `insert into account_holds (tenant_id, book_id, account_id)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as t(tenant_id, book_id, account_id)
     order by book_id, account_id on conflict do nothing`,
    [
      uuidArray(missing.map(({ tenantId }) => tenantId)),
      uuidArray(missing.map(({ bookId }) => bookId)),
      uuidArray(missing.map(({ accountId }) => accountId)),
    ],
  );
  return new Map([...found, ...(await lockFound(tx, missing))]);
}

/**
 * Of `accounts`, those that have a row. Each is looked up by its key, whatever the planner thinks of the table: a plan is
 * kept for as long as the connection, and one that was made while few accounts held anything would read all of them.
 */
async function lockFound(tx: Tx, accounts: readonly HeldAccount[]): Promise<ReadonlyMap<string, AccountHold>> {
  const byId = new Map(accounts.map((account) => [account.accountId, account]));
  const { rows } = await tx.prepared<HoldRow>(
    "lock-holds",
    `select h.account_id, h.held, h.open_sessions, h.counters
     from (select * from unnest($1::uuid[], $2::uuid[]) as t(book_id, account_id) order by book_id, account_id) as t
     cross join lateral (select h.* from account_holds h
       where h.book_id = t.book_id and h.account_id = t.account_id for update) as h`,
    [uuidArray(accounts.map(({ bookId }) => bookId)), uuidArray([...byId.keys()])],
  );
  return new Map(
    rows.map((row) => {
      const account = byId.get(row.account_id);
      invariant(account, "only rows that were asked for are locked");
      const { held, open_sessions: openSessions, counters } = row;
      return [
        row.account_id,
        { ...account, held: nanosFromSql(held), openSessions, counters: countersFromJson(counters) },
      ];
    }),
  );
}

interface HoldRow {
  readonly account_id: string;
  readonly held: string;
  readonly open_sessions: number;
  readonly counters: HoldCountersJson;
}

/** Stores what sessions hold now of accounts that {@link lockHolds} has locked. */
export async function saveHolds(tx: Tx, holds: Iterable<AccountHold>): Promise<void> {
  const all = [...holds];
  if (all.length === 0) return;
  await tx.prepared(
    "save-holds",
    `update account_holds h set held = t.held, open_sessions = t.open_sessions, counters = t.counters
     from unnest($1::uuid[], $2::uuid[], $3::numeric[], $4::integer[], $5::jsonb[])
       as t(book_id, account_id, held, open_sessions, counters)
     cross join lateral (select k.ctid from account_holds k
       where k.book_id = t.book_id and k.account_id = t.account_id offset 0) as k
     where h.ctid = k.ctid`,
    [
      uuidArray(all.map(({ bookId }) => bookId)),
      uuidArray(all.map(({ accountId }) => accountId)),
      plainArray(all.map(({ held }) => nanosToSql(held))),
      intArray(all.map(({ openSessions }) => openSessions)),
      jsonbArray(all.map(({ counters }) => countersToJson(counters))),
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
  const { rows } = await tx.prepared<{ account_id: string; is_wallet: boolean; amount: string }>(
    "load-funds",
    `select b.account_id, b.kind = 'wallet' as is_wallet, b.amount
     from unnest($1::uuid[], $2::uuid[], $3::text[]) as t(book_id, account_id, currency)
     cross join lateral (select b.account_id, b.kind, b.amount from balances b
       where b.book_id = t.book_id and b.account_id = t.account_id and b.currency = t.currency
         and b.kind in ('wallet', 'unbilled', 'receivable') offset 0) as b`,
    [
      uuidArray(accounts.map(({ bookId }) => bookId)),
      uuidArray(accounts.map(({ accountId }) => accountId)),
      textArray(accounts.map(({ currency }) => currency)),
    ],
  );
  const funds = new Map<string, { wallet: Nanos; owed: Nanos }>();
  for (const row of rows) {
    const of = funds.get(row.account_id) ?? { ...NO_FUNDS };
    const amount = nanosFromSql(row.amount);
    // A wallet is a liability: money the customer has is below zero as a posting.
    if (row.is_wallet) of.wallet = nanos(of.wallet - amount);
    else of.owed = nanos(of.owed + amount);
    funds.set(row.account_id, of);
  }
  return funds;
}
