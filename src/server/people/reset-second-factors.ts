import { type Actor, scopeOf } from "../access/actor.ts";
import { requireOwnHands } from "../access/own-hands.ts";
import type { Database } from "../db/database.ts";
import { auditUser } from "./audit-user.ts";
import { requireRank } from "./grant-roles.ts";
import { userUnknown } from "./problems.ts";
import { deleteSecondFactors, replaceRecoveryCodes } from "./second-factor-store.ts";
import { deleteSessions } from "./user-session-store.ts";
import { readUser } from "./user-store.ts";

/**
 * Takes all second factors from somebody who has lost them, and ends their sessions: the password alone lets in then,
 * or lets set up another factor. Answers how many there were.
 *
 * Errors: Problem `user-unknown`, `user-outranks`, `own-user-protected`, `impersonation-refused`.
 */
export async function resetSecondFactors(
  db: Database,
  actor: Actor,
  id: string,
  reason: string | null,
): Promise<number> {
  requireOwnHands(actor);
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    const user = await readUser(tx, { tenantId: actor.tenantId, id }, "for update");
    if (user === undefined) throw userUnknown();
    requireRank(actor, user);
    const removed = await deleteSecondFactors(tx, id, null);
    await replaceRecoveryCodes(tx, user, []);
    await deleteSessions(tx, id);
    await auditUser(tx, actor, "user.second-factors-reset", { user, before: { factors: removed }, reason });
    return removed;
  });
}
