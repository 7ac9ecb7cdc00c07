import { LEDGER_ACCOUNT_KINDS, type LedgerAccountKind } from "../../core/ledger/ledger-account.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, nanos } from "../../core/money/nanos.ts";
import type { Database } from "../db/database.ts";
import { findAccounts } from "../tenancy/find-account.ts";
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
    const accounts = await findAccounts(tx, tenantId);
    const byOwner = Map.groupBy(await listBalances(tx, tenantId), ({ ownerId }) => ownerId);
    const codes = new Map(accounts.map(({ id, code }) => [id, code]));
    return accounts.map((account) => ({
      ...account,
      parentCode: (account.parentId && codes.get(account.parentId)) ?? null,
      balances: (byOwner.get(account.id) ?? []).map(asRead),
    }));
  });
}

/**
 * One account with its balances.
 *
 * @throws Problem `account-unknown`.
 */
export async function showAccount(db: Database, tenantId: string, code: string): Promise<AccountWithBalances> {
  const account = (await listAccountBalances(db, tenantId)).find((one) => one.code === code);
  if (account === undefined) throw accountUnknown({ code });
  return account;
}

/** Liabilities and income grow by credits, which are below zero as postings. */
function asRead({ kind, currency, amount }: LedgerBalance): AccountBalance {
  const nature = LEDGER_ACCOUNT_KINDS[kind];
  const growsByDebit = nature === "asset" || nature === "expense";
  return { kind, currency, amount: growsByDebit ? amount : nanos(-amount) };
}
