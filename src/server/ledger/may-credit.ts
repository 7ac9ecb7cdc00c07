import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import { findAccount } from "../tenancy/find-account.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { accountOwn } from "../tenancy/problems.ts";
import { currencyDiffers } from "./problems.ts";

/**
 * The account whose money the actor is about to change: one that they see and do not act for.
 *
 * Errors: Problems `account-unknown`, `account-own`, `currency-differs`.
 */
export async function mayCredit(
  db: Database,
  { tenantId, accountId }: Actor,
  code: string,
  { currency }: { readonly currency?: string },
): Promise<StoredAccount> {
  const account = await db.transaction("app", { tenantId }, (tx) => findAccount(tx, tenantId, code));
  if (account.id === accountId) throw accountOwn({ code });
  if (currency !== undefined && currency !== account.currency)
    throw currencyDiffers({ code, is: account.currency, given: currency });
  return account;
}
