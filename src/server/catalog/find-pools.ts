import type { Pool } from "../../core/catalog/pools.ts";
import type { Tx } from "../db/tx.ts";
import { loadParties } from "../tenancy/load-parties.ts";
import { loadPools } from "./load-pools.ts";

/** The pools of the tenant that the transaction works for, by each account that is in one. */
export async function findPools(tx: Tx, tenantId: string): Promise<ReadonlyMap<string, Pool>> {
  const parties = await loadParties(tx, tenantId);
  return await loadPools(tx, tenantId, () => parties);
}
