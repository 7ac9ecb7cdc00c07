import type { Tx } from "../db/tx.ts";
import { forgetMonths, markMonthsStale } from "./month-store.ts";

/**
 * Has the months of pools that have the names of these accounts priced again, after a change of what their packages
 * give. `asOtherPools`: they may have other months now, or be other pools, so that what they have used is forgotten.
 */
export function priceMonthsAgain(
  tx: Tx,
  tenantId: string,
  accountIds: readonly string[],
  { asOtherPools }: { readonly asOtherPools: boolean },
): Promise<void> {
  return asOtherPools ? forgetMonths(tx, tenantId, accountIds) : markMonthsStale(tx, tenantId, accountIds);
}
