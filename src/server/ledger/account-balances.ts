import { LEDGER_ACCOUNT_KINDS, type LedgerAccountKind } from "../../core/ledger/ledger-account.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, nanos } from "../../core/money/nanos.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { findAccount, findAccounts } from "../tenancy/find-account.ts";
import { type AccountFilter, findAccountsBehind } from "../tenancy/find-account-page.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { accountUnknown } from "../tenancy/problems.ts";
import { type LedgerBalance, listBalances } from "./balance-store.ts";

/** One balance as people read it: money that is there is above zero, for assets and liabilities alike. */
export interface AccountBalance {
  readonly kind: LedgerAccountKind;
  readonly currency: Currency;
  readonly amount: Nanos;
}

/** An account with what its ledger accounts add up to; those at zero are left out. */
export interface AccountWithBalances extends StoredAccount {
  readonly parentCode: string | null;
  readonly balances: readonly AccountBalance[];
}

/** All accounts of the tenant, by code. */
export async function listAccountBalances(db: Database, tenantId: string): Promise<readonly AccountWithBalances[]> {
  return await db.transaction("app", { tenantId }, async (tx) => {
    return await withBalances(tx, tenantId, await findAccounts(tx, tenantId));
  });
}

/** The next accounts of a filter by code, behind `after`. */
export async function findAccountBalances(
  db: Database,
  tenantId: string,
  filter: AccountFilter,
  page: { readonly after: string | null; readonly rows: number },
): Promise<readonly AccountWithBalances[]> {
  return await db.transaction("app", { tenantId }, async (tx) => {
    const accounts = await findAccountsBehind(tx, tenantId, filter, page);
    return await withBalances(tx, tenantId, accounts);
  });
}

async function withBalances(
  tx: Tx,
  tenantId: string,
  accounts: readonly StoredAccount[],
): Promise<readonly AccountWithBalances[]> {
  const ids = accounts.map(({ id }) => id);
  const byOwner = Map.groupBy(await listBalances(tx, tenantId, ids), ({ ownerId }) => ownerId);
  const parentIds = accounts.flatMap(({ parentId }) => parentId ?? []);
  const parents = await findAccounts(tx, tenantId, parentIds);
  const codes = new Map(parents.map(({ id, code }) => [id, code]));
  return accounts.map((account) => ({
    ...account,
    parentCode: (account.parentId && codes.get(account.parentId)) ?? null,
    balances: (byOwner.get(account.id) ?? []).map(asRead),
  }));
}

/**
 * One account with its balances.
 *
 * @throws Problem `account-unknown`.
 */
export async function showAccount(db: Database, tenantId: string, code: string): Promise<AccountWithBalances> {
  return await db.transaction("app", { tenantId }, async (tx) => {
    const [account] = await withBalances(tx, tenantId, [await findAccount(tx, tenantId, code)]);
    if (account === undefined) throw accountUnknown({ code });
    return account;
  });
}

/** Liabilities and income grow by credits, which are below zero as postings. */
function asRead({ kind, currency, amount }: LedgerBalance): AccountBalance {
  const nature = LEDGER_ACCOUNT_KINDS[kind];
  const growsByDebit = nature === "asset" || nature === "expense";
  return { kind, currency, amount: growsByDebit ? amount : nanos(-amount) };
}
