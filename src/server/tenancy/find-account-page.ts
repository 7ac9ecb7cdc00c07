import type { Tx } from "../db/tx.ts";
import { type AccountFilter, accountIdsBehind } from "./account-page-store.ts";
import type { StoredAccount } from "./party.ts";
import { listAccounts } from "./store.ts";

export type { AccountFilter } from "./account-page-store.ts";

/** The next accounts of a filter by code, behind `after`. */
export async function findAccountsBehind(
  tx: Tx,
  tenantId: string,
  filter: AccountFilter,
  page: { readonly after: string | null; readonly rows: number },
): Promise<readonly StoredAccount[]> {
  return await listAccounts(tx, tenantId, await accountIdsBehind(tx, tenantId, filter, page));
}
