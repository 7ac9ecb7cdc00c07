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
  /** By account and service, oldest first. */
  readonly assignments: readonly TariffAssignment[];
}

type ReadPart<Part> = (tx: Tx, tenantId: string, ids: readonly string[] | null) => Promise<Part>;

const PARTS: { readonly [Part in keyof Parties]: ReadPart<Parties[Part]> } = {
  tenant: loadTenant,
  accounts: listAccounts,
  trunks: listTrunks,
  rules: async (tx, tenantId) => [...(await listRules(tx, tenantId)), ...(await sipUserRules(tx, tenantId))],
  assignments: listTariffAssignments,
};

/** Reads one part of what {@link loadParties} reads; of accounts and assignments those of the accounts `ids` alone. */
export const loadPart = <Part extends keyof Parties>(
  tx: Tx,
  tenantId: string,
  part: Part,
  ids: readonly string[] | null = null,
): Promise<Parties[Part]> => PARTS[part](tx, tenantId, ids);

/** Reads the parties of the tenant that the transaction works for. */
export async function loadParties(tx: Tx, tenantId: string): Promise<Parties> {
  return {
    tenant: await loadPart(tx, tenantId, "tenant"),
    accounts: await loadPart(tx, tenantId, "accounts"),
    trunks: await loadPart(tx, tenantId, "trunks"),
    rules: await loadPart(tx, tenantId, "rules"),
    assignments: await loadPart(tx, tenantId, "assignments"),
  };
}
