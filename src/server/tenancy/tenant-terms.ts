import type { Tx } from "../db/tx.ts";
import { loadTenantTerms, type TenantTerms } from "./tenant-terms-store.ts";

/** The terms of the tenant that the transaction works for: whoever belongs to it may know them. */
export const tenantTerms = (tx: Tx, tenantId: string): Promise<TenantTerms> => loadTenantTerms(tx, tenantId);
