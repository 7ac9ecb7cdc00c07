import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import { setupOfOther } from "./problems.ts";
import type { Setup } from "./setup-schema.ts";
import { loadTenant } from "./store.ts";

/**
 * A setup that comes from outside is of the tenant of who sends it, and reads nothing of the machine: no passwords of
 * SIP users from its files or variables, no settings of pulls. Errors: Problem `setup-of-other`.
 */
export async function requireOwnSetup(db: Database, { tenantId }: Actor, setup: Setup): Promise<void> {
  const { name } = await db.transaction("app", { tenantId }, (tx) => loadTenant(tx, tenantId));
  if (setup.tenant.name.toLowerCase() !== name.toLowerCase())
    throw setupOfOther({ reason: `it is of the tenant "${setup.tenant.name}"` });
  if (setup.accounts?.some(({ sipUsers }) => sipUsers !== undefined))
    throw setupOfOther({ reason: "it has SIP users, whose passwords stand on the server" });
  if (setup.sources?.some(({ settings }) => settings !== undefined && "pulls" in settings))
    throw setupOfOther({ reason: "it has pulls, whose secrets stand on the server" });
}
