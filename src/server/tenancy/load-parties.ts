import type { AccountRule } from "../../core/tenancy/account-rule.ts";
import type { Trunk } from "../../core/tenancy/trunk.ts";
import type { Tx } from "../db/tx.ts";
import { sipUserRules } from "../sip-users/sip-user-rules.ts";
import type { StoredAccount, StoredTenant, TariffAssignment } from "./party.ts";
import { listAccounts, listRules, listTariffAssignments, listTrunks, loadTenant } from "./store.ts";

/** Everybody a tenant deals with, and how to tell whose a call is. */
export interface Parties {
  readonly tenant: StoredTenant;
  readonly accounts: readonly StoredAccount[];
  readonly trunks: readonly Trunk[];
  /** The tenant's own, and those that follow from its SIP users. */
  readonly rules: readonly AccountRule[];
  /** By account, oldest first. */
  readonly assignments: readonly TariffAssignment[];
}

/** Reads the parties of the tenant that the transaction works for. */
export async function loadParties(tx: Tx, tenantId: string): Promise<Parties> {
  return {
    tenant: await loadTenant(tx, tenantId),
    accounts: await listAccounts(tx, tenantId),
    trunks: await listTrunks(tx, tenantId),
    rules: [...(await listRules(tx, tenantId)), ...(await sipUserRules(tx, tenantId))],
    assignments: await listTariffAssignments(tx, tenantId),
  };
}
