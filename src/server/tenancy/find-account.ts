import type { Tx } from "../db/tx.ts";
import type { StoredAccount } from "./party.ts";
import { accountUnknown } from "./problems.ts";
import { listAccounts, readAccountByCode } from "./store.ts";

/** All accounts of the tenant, or those of `ids`, by code. */
export const findAccounts = (
  tx: Tx,
  tenantId: string,
  ids: readonly string[] | null = null,
): Promise<readonly StoredAccount[]> => listAccounts(tx, tenantId, ids);

/**
 * The account of that code.
 *
 * @throws Problem `account-unknown`.
 */
export async function findAccount(tx: Tx, tenantId: string, code: string): Promise<StoredAccount> {
  const account = await readAccountByCode(tx, tenantId, code);
  if (account === undefined) throw accountUnknown({ code });
  return account;
}
