import type { Pool } from "../../core/catalog/pools.ts";
import type { Tx } from "../db/tx.ts";
import { loadParties } from "../tenancy/load-parties.ts";
import { loadPools } from "./load-pools.ts";

/** The pools of the tenant that the transaction works for, by each account that is in one. */
export const findPools = async (tx: Tx, tenantId: string): Promise<ReadonlyMap<string, Pool>> =>
  await loadPools(tx, tenantId, await loadParties(tx, tenantId));
