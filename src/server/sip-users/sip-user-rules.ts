import type { AccountRule } from "../../core/tenancy/account-rule.ts";
import type { Tx } from "../db/tx.ts";
import { type SipUser, shownSipUser } from "./sip-user.ts";
import { listSipUserAccounts } from "./sip-user-store.ts";

/** Below what any setup file can give: a rule that the tenant wrote itself for the same user wins. */
const OWN_NAME_PRIORITY = -2_000_000;
const BARE_NAME_PRIORITY = -2_000_001;

/** The rules that follow from a tenant's SIP users: calls of a user are his account's. */
export async function sipUserRules(tx: Tx, tenantId: string): Promise<readonly AccountRule[]> {
  return (await listSipUserAccounts(tx, tenantId)).flatMap(rulesOf);
}

/**
 * Who proved to be a user is called by his own name, which is nobody else's. Records of switches may leave the realm
 * out: then the user of any realm is meant, and one name in two realms is ambiguous if their accounts differ.
 */
function rulesOf(user: SipUser): readonly AccountRule[] {
  const rule = (sipUser: string, priority: number): AccountRule => ({
    ...{ id: user.id, sourceId: null, match: { sipUser }, priority, accountId: user.accountId, trunkId: null },
  });
  const own = rule(shownSipUser(user), OWN_NAME_PRIORITY);
  return user.realm === "" ? [own] : [own, rule(user.name, BARE_NAME_PRIORITY)];
}
