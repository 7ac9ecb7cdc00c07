import type { AccountRule } from "../../core/tenancy/account-rule.ts";
import type { Tx } from "../db/tx.ts";
import { type SipUser, shownSipUser } from "./sip-user.ts";
import { listSipUserAccounts } from "./sip-user-store.ts";

/** Below what any setup file can give: a rule that the tenant wrote itself for the same user wins. */
const PRIORITY = -2_000_000;

/** The rules that follow from a tenant's SIP users: calls of a user are his account's. */
export async function sipUserRules(tx: Tx, tenantId: string): Promise<readonly AccountRule[]> {
  return (await listSipUserAccounts(tx, tenantId)).flatMap(rulesOf);
}

/** Records of switches may leave the realm out: one name in two realms is then ambiguous, if their accounts differ. */
function rulesOf(user: SipUser): readonly AccountRule[] {
  const names = new Set([user.name, shownSipUser(user)]);
  return [...names].map((sipUser) => ({
    id: user.id,
    sourceId: null,
    match: { sipUser },
    priority: PRIORITY,
    accountId: user.accountId,
    trunkId: null,
  }));
}
